#!/usr/bin/env bash
# The front door of Math4AI.Native: sets up, builds, runs, tests. 'build.sh help' lists the verbs.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
artifacts=$root/artifacts
logs=$artifacts/logs
math4ai=$artifacts/bin/Math4AI.Cli/release/math4ai
packages=(make pkg-config libsndfile1-dev libsamplerate0-dev portaudio19-dev libgtest-dev clang-format)

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
export HOME=${HOME:-$artifacts/home}

help() {
    cat <<'END'
usage: ./build.sh [verb]

  setup   install what a build needs (with apt, as root or with passwordless sudo) and fetch the packages
  build   setup, then build everything; this is what no verb means
  run     build, then 'math4ai separate' with the arguments given; without any, a built-in cocktail party, into ./out
  test    build, then every test: native (also under the sanitizers), managed, formatting
  bench   build, then the benchmarks with the arguments given to BenchmarkDotNet; without any, all of them
  pack    build, then make the NuGet packages in artifacts/package/release
  clean   delete everything that was built
  help    this text
END
}

fail() {
    echo "build.sh: $*" >&2
    exit 1
}

# Runs one step: a line on the terminal, all else into a log that is shown where the step fails.
step() {
    local name=$1
    shift
    local log=$logs/${name// /-}.log
    mkdir -p "$logs"
    echo "== $name"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        fail "$name failed; the whole log is $log"
    fi
}

require_tools() {
    local tool
    for tool in git cmake c++ dotnet; do
        command -v "$tool" >/dev/null || fail "'$tool' is missing: install git, CMake, a C++ compiler and the .NET SDK 10"
    done
    [[ $(dotnet --list-sdks) =~ (^|$'\n')(1[0-9])\. ]] || fail "the .NET SDK 10 is missing; 'dotnet --list-sdks' shows what is there"
}

has_packages() {
    command -v make >/dev/null && command -v pkg-config >/dev/null && command -v clang-format >/dev/null &&
        pkg-config --exists sndfile samplerate portaudio-2.0 gtest_main
}

install_packages() {
    local as_root=()
    if [[ $(id -u) -ne 0 ]]; then
        as_root=(sudo -n)
    fi
    "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"
}

setup() {
    require_tools
    if ! has_packages; then
        command -v apt-get >/dev/null ||
            fail "install make, pkg-config, clang-format and the development files of libsndfile, libsamplerate, PortAudio and GoogleTest, then call again"
        if [[ $(id -u) -ne 0 ]] && ! sudo -n true 2>/dev/null; then
            fail "root is needed to install packages; run: sudo apt-get install -y ${packages[*]}"
        fi
        step "install packages" install_packages
        has_packages || fail "the packages are installed, but make, pkg-config, clang-format, libsndfile, libsamplerate, PortAudio or GoogleTest is still not found"
    fi
    step "restore packages" dotnet restore "$root/Math4AI.Native.sln"
}

# Configures and builds the native side with a preset of CMakePresets.json.
native() {
    local preset=$1
    local cache=$artifacts/native/$preset/CMakeCache.txt
    # CMake refuses a build folder that was made where the repository stood before.
    if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        rm -rf "$artifacts/native/$preset"
    fi
    # A build that was killed can leave files that are half written and look new: then once more from nothing.
    configure_and_build "$preset" || { rm -rf "$artifacts/native/$preset" && configure_and_build "$preset"; }
}

configure_and_build() {
    (cd "$root" && cmake --preset "$1" && cmake --build --preset "$1" --parallel)
}

build() {
    setup
    step "build native" native release
    step "build managed" dotnet build "$root/Math4AI.Native.sln" --configuration Release --no-restore
}

run() {
    build
    echo "== math4ai separate"
    "$math4ai" separate --force "$@"
}

check_format() {
    (cd "$root" && git ls-files '*.cpp' '*.hpp' '*.h' | xargs clang-format --dry-run -Werror) &&
        dotnet format whitespace "$root" --folder --verify-no-changes --exclude "$artifacts"
}

passed=0 failed=0 skipped=0

# Adds up one test run: what ran, and how many tests passed, failed and were skipped.
count() {
    printf '   %-32s %5d passed, %d failed, %d skipped\n' "$1" "$2" "$3" "$4"
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
}

native_tests() {
    local preset=$1 report=$artifacts/tests/native-$1.xml prefix=()
    # The thread sanitizer does not get along with the address layouts of some kernels.
    if [[ $preset == tsan ]] && setarch -R true 2>/dev/null; then
        prefix=(setarch -R)
    fi
    step "build native $preset" native "$preset"
    echo "== native tests, $preset"
    rm -f "$report"
    (cd "$root" && "${prefix[@]}" ctest --preset "$preset" --output-junit "$report") >"$logs/ctest-$preset.log" 2>&1 </dev/null ||
        grep -E 'Failure|FAILED|ERROR|WARNING|SUMMARY' "$logs/ctest-$preset.log" >&2 || true
    local all wrong
    all=$(attribute tests "$report") wrong=$(attribute failures "$report")
    [[ $all -gt 0 ]] || fail "no native test ran; the log is $logs/ctest-$preset.log"
    count "native, $preset" $((all - wrong)) "$wrong" 0
}

attribute() {
    grep -om1 "$1=\"[0-9]*\"" "$2" | tr -dc 0-9
}

managed_tests() {
    local name=$1 report=$artifacts/tests/managed-${1// /-}.json
    shift
    echo "== managed tests, $name"
    rm -f "$report"
    "$artifacts/bin/Math4AI.Native.Tests/release/Math4AI.Native.Tests" -noLogo -noColor -result-ctrf "$report" "$@" </dev/null ||
        true
    [[ -f $report ]] || fail "the managed tests did not come to their end"
    local ok wrong left
    ok=$(number passed "$report") wrong=$(number failed "$report") left=$(number skipped "$report")
    [[ $((ok + wrong)) -gt 0 ]] || fail "no managed test ran"
    count "managed, $name" "$ok" "$wrong" "$left"
}

number() {
    grep -om1 "\"$1\": *[0-9]*" "$2" | tr -dc 0-9
}

tests() {
    build
    mkdir -p "$artifacts/tests"
    step "check formatting" check_format
    native_tests release
    native_tests asan
    native_tests tsan
    managed_tests "all"
    MATH4AI_MKL_DISPATCH=vendor managed_tests "MKL's own dispatch" -namespace Math4AI.Tests.LinearAlgebra
    if [[ $skipped -gt 0 ]]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [[ $failed -eq 0 ]]
}

bench() {
    build
    if [[ $# -eq 0 ]]; then
        set -- --filter '*'
    fi
    local benchmarks=$artifacts/bin/Math4AI.Benchmarks/release/Math4AI.Benchmarks
    if [[ $1 == ring ]]; then
        "$artifacts/native/release/ring_benchmark" "${@:2}"
    elif [[ $1 =~ ^(separation|bss-eval|information|scaling|dense|product|fit|densities|rooms|linear|callers|stream|train)$ ]]; then
        "$benchmarks" "$@"
    else
        "$benchmarks" --artifacts "$artifacts/benchmarks" "$@"
    fi
}

pack() {
    build
    step "pack" dotnet pack "$root/Math4AI.Native.sln" --configuration Release --no-build
    ls "$artifacts/package/release"
}

clean() {
    rm -rf "$artifacts"
    echo "== clean"
}

verb=${1:-build}
shift || true
case $verb in
    setup | build | pack | clean | help)
        [[ $# -eq 0 ]] || fail "'$verb' takes no arguments; see ./build.sh help"
        "$verb"
        ;;
    run | bench) "$verb" "$@" ;;
    test)
        [[ $# -eq 0 ]] || fail "'test' takes no arguments; see ./build.sh help"
        tests
        ;;
    -h | --help) help ;;
    *) fail "there is no verb '$verb'; see ./build.sh help" ;;
esac
