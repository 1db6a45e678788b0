# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by app/run and tests/run: `prepare TARGET...` installs missing system packages, configures and
# builds. It is silent when there is nothing to do, and writes to stderr only: the program's output may be
# piped somewhere. GPS_STUDIO_CMAKE_ARGS holds further arguments for CMake.

project="$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
build="$project/build"

say() {
  printf '%s\n' "$*" >&2
}

required_packages() {
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$project/resources/packages.txt"
}

missing_packages() {
  local installed
  installed="$(required_packages | xargs dpkg-query -W -f='${Package} ${Status}\n' 2>/dev/null |
    sed -n 's/ install ok installed$//p')" || true
  required_packages | grep -vxF -e "$installed" || true
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=600 "$@" >&2
}

install_packages() {
  local missing package known=() unknown=() record="$build/.packages-unknown"
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    # There is no way to ask what is here under which name; a build that was configured has what it needs.
    [ -f "$build/build.ninja" ] && return 0
    say "This system has no apt-get. GPS Studio needs the counterparts of these Debian packages:"
    say "$(required_packages | tr '\n' ' ')"
    return 0
  fi
  missing="$(missing_packages | grep -vxF -e "$(cat "$record" 2>/dev/null)")" || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    say "These packages are missing, and without root or sudo they cannot be installed here:"
    say "$(tr '\n' ' ' <<<"$missing")"
    return 0
  fi
  say "Installing $(wc -l <<<"$missing" | tr -d ' ') packages"
  rm -f "$record"
  if ! apt_get update; then
    say "The package lists could not be refreshed; going on with those at hand."
    record=/dev/null
  fi
  # One name this release does not know must not keep the others from being installed.
  for package in $missing; do
    if apt-cache show "$package" >/dev/null 2>&1; then known+=("$package"); else unknown+=("$package"); fi
  done
  if [ "${#unknown[@]}" -gt 0 ]; then
    say "This release has no packages named: ${unknown[*]}"
    mkdir -p "$build"
    printf '%s\n' "${unknown[@]}" >"$record"  # so that the next start does not ask again
  fi
  if [ "${#known[@]}" -gt 0 ] && ! apt_get install --no-install-recommends "${known[@]}"; then
    say "Not all packages could be installed. Missing: $(missing_packages | tr '\n' ' ')"
  fi
}

# Ninja reruns CMake itself when a CMakeLists.txt changes, so this is for the first time, a changed
# GPS_STUDIO_CMAKE_ARGS, and a build folder that was moved along with the project.
configure() {
  local record="$build/.cmake-args"
  local wanted="${GPS_STUDIO_CMAKE_ARGS-$(cat "$record" 2>/dev/null || true)}"
  if [ -f "$build/build.ninja" ] && [ -f "$record" ] && [ "$(cat "$record")" = "$wanted" ] &&
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$project" "$build/CMakeCache.txt"; then
    return 0
  fi
  say "Configuring"
  mkdir -p "$build"
  rm -f "$record"
  # shellcheck disable=SC2086  # several arguments in one variable
  cmake --fresh -S "$project" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGPS_STUDIO_TESTS=ON $wanted >&2
  printf '%s' "$wanted" >"$record"
}

build_targets() {
  if ninja -C "$build" -n "$@" 2>/dev/null | grep -q 'no work to do'; then return 0; fi
  say "Building"
  ninja -C "$build" -j2 "$@" >&2
}

prepare() {
  install_packages
  configure
  build_targets "$@"
}
