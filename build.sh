#!/usr/bin/env bash
# The front door of Math4AI.Native: sets up, builds, runs, tests. 'build.sh help' lists the verbs.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
artifacts=$root/artifacts
logs=$artifacts/logs
math4ai=$artifacts/bin/Math4AI.Cli/release/math4ai
managed=$artifacts/bin/Math4AI.Native.Tests/release/Math4AI.Native.Tests
device_packages=(alsa-utils libasound2-plugins pulseaudio jackd2) # for 'check devices' alone
mpi_packages=(openmpi-bin libopenmpi-dev) # for sums over several processes; without them those are left out
packages=(make pkg-config libsndfile1-dev libsamplerate0-dev portaudio19-dev libgtest-dev clang-format)

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
export HOME=${HOME:-$artifacts/home}
# A compiler does not run long enough to earn back what profiling its own code costs: a fifth of its time.
compiler=(env DOTNET_TieredPGO=0 dotnet build)
presets=(release asan tsan)   # the native builds whose tests belong to 'test'; 'check configurations' has the others

help() {
    cat <<'END'
usage: ./build.sh [verb]

  setup   install what a build needs (with apt, as root or with passwordless sudo) and fetch the packages
  build   setup, then build everything; this is what no verb means
  run     build, then 'math4ai separate' with the arguments given; without any, a built-in cocktail party, into ./out
  test    build, then every test: native (also under the sanitizers), managed, formatting;
          'test ROOM' runs the tests of one folder or class, such as fitting, fitting/distances, FitTests or native
  check   build, then a proof that takes long, such as 'check levels'; without a name, list them; 'check all' runs them all
  bench   build, then the benchmarks with the arguments given to BenchmarkDotNet; without any, all of them
  docs    build, then make the documentation site in artifacts/docs, and look for dead links
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

# Any MPI will do: its compiler and its starter.
has_mpi() {
    { command -v mpicc || command -v mpicc.openmpi || command -v mpicc.mpich; } >/dev/null &&
        { command -v mpirun || command -v mpirun.openmpi || command -v mpirun.mpich; } >/dev/null
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
    install
    restore
}

install() {
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
    if ! has_mpi; then
        echo "== install Open MPI"
        mkdir -p "$logs"
        (packages=("${mpi_packages[@]}") && install_packages) >"$logs/install-mpi.log" 2>&1 </dev/null ||
            echo "== Open MPI could not be installed, and what runs over several processes is left out; the log is $logs/install-mpi.log"
    fi
}

# With CI=true the packages must be those of packages.lock.json, to the byte. Elsewhere a change of packages changes
# these files, and a package whose content is not what they say is refused all the same.
restore() {
    local log=$logs/restore-packages.log
    mkdir -p "$logs"
    echo "== restore packages"
    dotnet restore "$root/Math4AI.Native.sln" >"$log" 2>&1 </dev/null &&
        dotnet restore "$root/docs/site" >>"$log" 2>&1 </dev/null && return
    tail -n 30 "$log" >&2
    ! grep -q NU1403 "$log" || fail "a package is not the one whose hash packages.lock.json has: do not use it before you know why"
    ! grep -q NU1004 "$log" ||
        fail "packages.lock.json does not belong to the projects: run ./build.sh setup without CI=true, and commit what it changes"
    fail "restore packages failed; the whole log is $log"
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
    mkdir -p "$artifacts/tests"
    : >"$artifacts/tests/failed.txt"
    step "build managed" "${compiler[@]}" "$root/Math4AI.Native.sln" --configuration Release --no-restore
    step "build the maker of the site" "${compiler[@]}" "$root/docs/site" --configuration Release --no-restore
}

run() {
    build
    echo "== math4ai separate"
    "$math4ai" separate --force "$@"
}

# No line of C# is longer than 120 columns.
check_lengths() {
    ! (cd "$root" && git ls-files -z '*.cs' | LC_ALL=C.UTF-8 xargs -0 grep -nHE '^.{121,}$')
}

check_format() {
    check_lengths &&
        (cd "$root" && git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs clang-format --dry-run -Werror) &&
        dotnet format whitespace "$root" --folder --verify-no-changes --exclude "$artifacts"
}

passed=0 failed=0 skipped=0

# Adds up one test run: what ran, how many tests passed, failed and were skipped, and the seconds it took.
count() {
    printf '   %-32s %5d passed, %d failed, %d skipped, %d s\n' "$1" "$2" "$3" "$4" "$5"
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
}

# The value of an attribute where an XML report first has it.
attribute() {
    grep -om1 "[[:space:]]$1=\"[0-9]*\"" "$2" | head -n 1 | tr -dc 0-9
}

native_tests() {
    local preset=$1 report=$artifacts/tests/native-$1.xml prefix=() start=$SECONDS
    # The thread sanitizer does not get along with the address layouts of some kernels.
    if [[ $preset == tsan ]] && setarch -R true 2>/dev/null; then
        prefix=(setarch -R)
    fi
    step "build native $preset" native "$preset"
    echo "== native tests, $preset"
    rm -f "$report"
    (cd "$root" && "${prefix[@]}" ctest --preset "$preset" --parallel 4 --output-junit "$report") >"$logs/ctest-$preset.log" 2>&1 </dev/null ||
        grep -E 'Failure|FAILED|ERROR|WARNING|SUMMARY' "$logs/ctest-$preset.log" | tee -a "$artifacts/tests/failed.txt" >&2 || true
    local all wrong
    all=$(attribute tests "$report") wrong=$(attribute failures "$report")
    [[ $all -gt 0 ]] || fail "no native test ran; the log is $logs/ctest-$preset.log"
    count "native, $preset" $((all - wrong)) "$wrong" 0 $((SECONDS - start))
}

# Runs managed tests: a name for this run, then filters as 'Math4AI.Native.Tests -help' lists them.
managed_tests() {
    local name=$1 report=$artifacts/tests/managed-${1//[^A-Za-z0-9]/-}.xml start=$SECONDS
    shift
    echo "== managed tests, $name"
    rm -f "$report"
    # Tests and the commands that they start share the cores: a thread of OpenMP that waits sleeps at once, instead of
    # spinning where the thread that it waits for could run. Code that .NET may write and run in one place, in place of
    # mapping it twice, makes each of the many starts of the command 6 to 9 % cheaper; all other runs have the default.
    GOMP_SPINCOUNT=0 DOTNET_EnableWriteXorExecute=0 \
        "$managed" -noLogo -noColor -longRunning 120 -result-xml "$report" "$@" </dev/null |
        tee "${report%.xml}.log" || true
    [[ -f $report ]] || fail "the managed tests did not come to their end"
    local ok wrong left
    ok=$(attribute passed "$report") wrong=$(attribute failed "$report") left=$(attribute skipped "$report")
    wrong=$((wrong + $(attribute errors "$report")))
    [[ $((ok + wrong)) -gt 0 ]] || fail "no managed test ran"
    failures "${report%.xml}.log" >>"$artifacts/tests/failed.txt"
    slowest "$report"
    count "managed, $name" "$ok" "$wrong" "$left" $((SECONDS - start))
}

# The ten tests of a report that took longest, of those that took a second or more.
slowest() {
    grep -o '<test [^>]*' "$1" |
        sed -E 's/.* name="(Math4AI\.Tests\.)?([^"]*)".* time="([0-9.]*)".*/\3 \2/; s/\\?&quot;/"/g; s/&amp;/\&/g' | sort -rn |
        awk 'NR <= 10 && $1 >= 1 {
            if (NR == 1) print "   the slowest tests, in seconds:"
            seconds = $1; $1 = ""; printf "   %8.1f %.110s\n", seconds, $0 }'
}

# The tests that failed, from what a run of managed tests printed: each with its message and the place in the tests.
failures() {
    awk 'match($0, /[^ ]/) && RSTART <= 5 { failing = /\[FAIL\]$/ } failing' "$1"
}

# The last lines of a run of tests: what failed, then the numbers; fails where a test did.
total() {
    if [[ -s $artifacts/tests/failed.txt ]]; then
        echo "== failed tests"
        cat "$artifacts/tests/failed.txt"
    fi
    if [[ $skipped -gt 0 ]]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [[ $failed -eq 0 ]]
}

all_native_tests() {
    local preset
    for preset in "${presets[@]}"; do
        native_tests "$preset"
    done
}

# The native tests under the sanitizers, beside whatever else runs and behind it: what they say goes into a file.
native_tests_beside() {
    renice -n 10 -p "$BASHPID" >/dev/null || true
    local preset
    for preset in "${presets[@]}"; do
        [[ $preset == release ]] || native_tests "$preset"
    done
}

# Starts tests beside what follows: a name for them, then what to call.
declare -A beside=()
start_beside() {
    local name=$1
    shift
    "$@" >"$artifacts/tests/beside-$name.txt" 2>&1 &
    beside[$name]=$!
    trap 'kill "${beside[@]}" 2>/dev/null' EXIT
}

# Waits for them, shows what they said, and adds up their numbers.
add_beside() {
    local name=$1 ended=0 ok wrong left
    local lines=$artifacts/tests/beside-$name.txt
    wait "${beside[$name]}" || ended=$?
    unset "beside[$name]"
    cat "$lines"
    [[ $ended -eq 0 ]] || fail "the tests '$name' did not come to their end"
    while read -r ok wrong left; do
        passed=$((passed + ok)) failed=$((failed + wrong)) skipped=$((skipped + left))
    done < <(sed -nE 's/^   (native|managed), .* ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped, .*/\2 \3 \4/p' "$lines")
}

# What must not run beside other tests of its process, in a process of its own; its one thread does not wait for a second
# one that has no processor. It ends long before the others do: what needs another setting of MKL follows here, in double
# precision and against the managed provider; 'check levels' has it for all types.
tests_alone() {
    MATH4AI_THREADS=1 managed_tests "alone" -trait "Runs=alone"
    # On an Intel processor MKL's own choice of code is the one that the other tests have.
    grep -qs GenuineIntel /proc/cpuinfo ||
        MATH4AI_MKL_DISPATCH=vendor managed_tests "MKL's own dispatch" \
            -class '*.ProviderAgreementTests' -class '*.DoubleProviderTests' -class '*.DoubleElementTests' \
            -class '*.DoubleThinSvdTests' -class '*.ComplexProviderTests' -class '*.LeastSquaresTests' -class '*.FourierTests'
}

# A restore waits for the network, the compiler of C# for itself, and tests for processes and devices: the sanitizers'
# builds and tests fill what is left over from the start on, and other tests run beside each other.
tests() {
    install
    mkdir -p "$artifacts/tests"
    start_beside sanitizers native_tests_beside
    build
    start_beside release native_tests release
    step "check formatting" check_format
    start_beside alone tests_alone
    managed_tests "all others" -trait- "Runs=alone"
    add_beside release
    add_beside alone
    add_beside sanitizers
    trap - EXIT
    total
}

# Runs the native tests, or the managed ones of a folder of the tests' project or of a class.
test_room() {
    local room=$1 tests=$root/tests/Math4AI.Native.Tests place filters=()
    if [[ $room != native ]]; then
        place=$(cd "$tests" && find . \( -type d -ipath "./$room" -o -type f -iname "$room.cs" \) -print -quit)
        case $place in
            '') fail "there are no tests of '$room'; choose one of: native $(cd "$tests" && echo */ | tr -d /), or a class of tests" ;;
            *.cs) filters=(-class "*.$(basename "$place" .cs)") ;;
            *)
                place=Math4AI.Tests${place#.}
                filters=(-namespace "${place//\//.}" -namespace "${place//\//.}.*")
                ;;
        esac
    fi
    build
    if [[ $room == native ]]; then
        all_native_tests
    else
        managed_tests "$room" "${filters[@]}"
    fi
    total
}

# The names of the checks: those below, and those of explicit managed tests with [Trait("Check", NAME)].
check_names() {
    printf '%s\n' bare levels configurations devices fuzz packages style vulnerabilities wakeups
    "$managed" -list traits -noColor | grep '"Check"' | grep -o '"[a-z-]*"' | tr -d '"'
}

check() {
    local name=${1:-} names
    build
    names=$(check_names | sort -u)
    if [[ -z $name ]]; then
        echo "the checks, each run by './build.sh check NAME', all by './build.sh check all':" $names
    elif [[ $name == all ]]; then
        for name in $names; do
            run_check "$name"
        done
        total
    else
        grep -qx -- "$name" <<<"$names" || fail "there is no check '$name'; choose one of: all" $names
        run_check "$name"
        total
    fi
}

# Runs one check and says in one line how it ended.
run_check() {
    local name=$1 before=$passed wrong=$failed start=$SECONDS
    case $name in
        bare) check_bare ;;
        levels) check_levels ;;
        configurations) check_configurations ;;
        devices) check_devices ;;
        fuzz) check_fuzz ;;
        packages) check_packages ;;
        style) check_style ;;
        vulnerabilities) check_vulnerabilities ;;
        wakeups) check_wakeups ;;
        *) managed_tests "check $name" -explicit only -trait "Check=$name" -showLiveOutput ;;
    esac
    echo "check $name: $((passed - before)) passed, $((failed - wrong)) failed, $((SECONDS - start)) s"
}

# The rooms that calculate, at each level of instructions that the processor has: of MKL, of torch and of .NET.
check_levels() {
    local rooms
    mapfile -t rooms < <(cd "$root/tests/Math4AI.Native.Tests" && for room in */; do
        [[ $room =~ ^(Audio|Build|Cli|Data|Interop|Processes|Reporting|Runtime)/ ]] ||
            printf -- '-namespace\nMath4AI.Tests.%s*\n' "${room%/}"
    done)
    at_level sse4_2 MKL_ENABLE_INSTRUCTIONS=SSE4_2 ATEN_CPU_CAPABILITY=default DOTNET_EnableAVX=0
    at_level avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 ATEN_CPU_CAPABILITY=avx2 DOTNET_EnableAVX512=0
    at_level avx512f MKL_ENABLE_INSTRUCTIONS=AVX512 ATEN_CPU_CAPABILITY=avx512
    at_level sse4_2 MATH4AI_MKL_DISPATCH=vendor
}

at_level() {
    local flag=$1
    shift
    if grep -qw "$flag" /proc/cpuinfo; then
        export "$@"
        managed_tests "$*" "${rooms[@]}"
        unset "${@%%=*}"
    else
        echo "== left out, since the processor has no $flag: $*"
    fi
}

install_clang() {
    command -v clang++ >/dev/null ||
        (packages=(clang libclang-rt-dev) && install_packages) >"$logs/install-clang.log" 2>&1 </dev/null || true
}

has_mingw() {
    command -v x86_64-w64-mingw32-g++-posix >/dev/null && { command -v wine64 || command -v wine || command -v /usr/lib/wine/wine64; } >/dev/null
}

install_mingw() {
    has_mingw ||
        (packages=(g++-mingw-w64-x86-64-posix wine64 googletest) && install_packages) >"$logs/install-mingw.log" 2>&1 </dev/null || true
}

# Every other preset of CMakePresets.json: built, and tested where it has tests. Clang, MinGW-w64 and Wine are installed
# where that is allowed.
check_configurations() {
    local preset
    install_clang
    install_mingw
    for preset in $(cd "$root" && cmake --list-presets | sed -n 's/^ *"\([^"]*\)".*/\1/p'); do
        if [[ " ${presets[*]} " == *" $preset "* ]]; then
            continue
        elif [[ $preset == fuzz* || $preset == clang* ]] && ! command -v clang++ >/dev/null; then
            echo "== left out, since there is no clang++: $preset"
        elif [[ $preset == mingw ]] && ! has_mingw; then
            echo "== left out, since MinGW-w64 or Wine is not there: $preset"
        elif (cd "$root" && cmake --list-presets=test) | grep -q "\"$preset\""; then
            native_tests "$preset"
        else
            step "build native $preset" native "$preset"
            count "native, $preset" 1 0 0 0
        fi
    done
}

# The fuzzers, from the seeds in tests/native/fuzz/corpus on, for two minutes each: what they find is named in the log,
# and belongs into that folder. Then damaged files of every format that managed code reads, for as long.
check_fuzz() {
    local fuzzed seconds=${MATH4AI_FUZZ_SECONDS:-120} start ok place log
    install_clang
    if command -v clang++ >/dev/null; then
        step "build native fuzz" build_fuzzers
        for fuzzed in reader ring; do
            start=$SECONDS ok=1 place=$artifacts/native/fuzz log=$logs/fuzz-$fuzzed.log
            mkdir -p "$place/${fuzzed}_fuzz_corpus"
            (cd "$place" && "./${fuzzed}_fuzz" "-max_total_time=$seconds" -rss_limit_mb=4096 -print_final_stats=1 \
                "${fuzzed}_fuzz_corpus" "$root/tests/native/fuzz/corpus/$fuzzed") >"$log" 2>&1 </dev/null || ok=0
            sed -n 's/^stat::number_of_executed_units: */   inputs tried: /p' "$log"
            [[ $ok -eq 1 ]] || grep -E 'SUMMARY|Test unit written' "$log" || true
            count "fuzz, $fuzzed" "$ok" $((1 - ok)) 0 $((SECONDS - start))
        done
    else
        echo "== left out, since there is no clang++: the native fuzzers"
    fi
    MATH4AI_FUZZ_SECONDS=$seconds managed_tests "check fuzz" -explicit only -trait "Check=fuzz" -showLiveOutput
}

build_fuzzers() {
    (cd "$root" && cmake --preset fuzz && cmake --build --preset fuzz --target reader_fuzz ring_fuzz)
}

# The command with the sound systems of this machine, which are installed where that is allowed: a line for each.
check_devices() {
    local missing=0
    if ! command -v pulseaudio >/dev/null || ! command -v jackd >/dev/null; then
        (packages=("${device_packages[@]}") && install_packages) >"$logs/install-devices.log" 2>&1 </dev/null ||
            echo "== not all sound systems can be installed; the log is $logs/install-devices.log"
    fi
    local start=$SECONDS lines=$logs/devices.log
    "$root/tests/devices.sh" "$math4ai" </dev/null | tee "$lines" || missing=$?
    count "devices" "$(grep -c '^passed' "$lines")" "$(grep -c '^FAILED' "$lines")" "$(grep -c '^left out' "$lines")" $((SECONDS - start))
    [[ $missing -eq 0 ]] || echo "== $missing lines failed"
}

# Twelve programs that use the packages as anybody would, with an empty home: a line for each.
check_packages() {
    step "pack" dotnet pack "$root/Math4AI.Native.sln" --configuration Release --no-build
    local start=$SECONDS lines=$logs/packages.log
    "$root/tests/packages.sh" "$artifacts/package/release" </dev/null | tee "$lines" || true
    count "packages" "$(grep -c '^passed' "$lines")" "$(grep -c '^FAILED' "$lines")" 0 $((SECONDS - start))
}

# The command on the smallest Debian that there is, with the .NET runtime alone; that system is kept in artifacts/bare.
check_bare() {
    if ! command -v debootstrap >/dev/null; then
        (packages=(debootstrap) && install_packages) >"$logs/install-debootstrap.log" 2>&1 </dev/null || true
    fi
    local start=$SECONDS lines=$logs/bare.log
    "$root/tests/bare.sh" "$artifacts/bare" "$artifacts/bin/Math4AI.Cli/release" </dev/null | tee "$lines" || true
    count "bare" "$(grep -c '^passed' "$lines")" "$(grep -c '^FAILED' "$lines")" "$(grep -c '^left out' "$lines")" $((SECONDS - start))
}

# The rules of .editorconfig that take half of a build's time: dead code, braces, qualified names.
check_style() {
    step "build with the rules of style" "${compiler[@]}" "$root/Math4AI.Native.sln" --configuration Release --no-restore \
        --no-incremental -p:EnforceCodeStyleInBuild=true
    passed=$((passed + 1))
}

# Asks the sources of packages for known vulnerabilities of all packages, also of those that packages need. A source
# that cannot be asked, or that has no such list, is not a pass: it is left out, and that is said.
check_vulnerabilities() {
    local start=$SECONDS log=$logs/vulnerabilities.log place source
    place=$(mktemp -d)
    {
        echo '<configuration><auditSources><clear />'
        dotnet nuget list source --format short | sed -n 's/^E //p' | while read -r source; do
            echo "<add key=\"$source\" value=\"$source\" />"
        done
        echo '</auditSources></configuration>'
    } >"$place/nuget.config"
    (cd "$root" && cp --parents src/*/*.csproj "$place")
    cp "$root"/Directory.* "$root/global.json" "$place"
    dotnet restore "$place/src/Math4AI.Cli" -p:NuGetAuditMode=all -p:NuGetAuditLevel=low -p:TreatWarningsAsErrors=false \
        -p:RestorePackagesWithLockFile=false >"$log" 2>&1 </dev/null || true
    rm -rf "$place"
    if grep -E 'NU190[1-4]' "$log" | sort -u; then
        count "vulnerabilities" 0 1 0 $((SECONDS - start))
    elif grep -qE 'NU1900|NU1905|NU1301' "$log"; then
        echo "== could not ask for vulnerabilities: no source of packages answered with a list of them; the log is $log"
        count "vulnerabilities" 0 0 1 $((SECONDS - start))
    elif grep -q 'Restored' "$log" && ! grep -q ' error ' "$log"; then
        count "vulnerabilities" 1 0 0 $((SECONDS - start))
    else
        tail -n 5 "$log"
        count "vulnerabilities" 0 1 0 $((SECONDS - start))
    fi
}

# 25 million round trips, each of four waits, and 100 million frames between two threads under the thread sanitizer.
check_wakeups() {
    local start=$SECONDS prefix=() ok=1
    if setarch -R true 2>/dev/null; then
        prefix=(setarch -R)
    fi
    step "build native tsan" native tsan
    MATH4AI_ROUNDS=25000000 "${prefix[@]}" "$artifacts/native/tsan/math4ai_tests" \
        --gtest_filter=Ring.No_wake_up_is_lost:Ring.Two_threads_move_millions_of_frames_and_every_one_arrives \
        >"$logs/wakeups.log" 2>&1 || ok=0
    count "wake-ups, 10^8 waits" $ok $((1 - ok)) 0 $((SECONDS - start))
}

bench() {
    build
    if [[ $# -eq 0 ]]; then
        set -- --filter '*'
    fi
    local benchmarks=$artifacts/bin/Math4AI.Benchmarks/release/Math4AI.Benchmarks
    if [[ $1 == ring ]]; then
        "$artifacts/native/release/ring_benchmark" "${@:2}"
    elif [[ $1 == -* ]]; then
        "$benchmarks" --artifacts "$artifacts/benchmarks" "$@"
    else
        "$benchmarks" "$@"
    fi
}

pack() {
    build
    step "pack" dotnet pack "$root/Math4AI.Native.sln" --configuration Release --no-build
    ls "$artifacts/package/release"
}

# The site opens from disk: artifacts/docs/index.html.
docs() {
    build
    echo "== documentation"
    "$artifacts/bin/Math4AI.Site/release/Math4AI.Site" "$root" "$artifacts/bin/Math4AI.Cli/release" "$artifacts/docs"
}

clean() {
    rm -rf "$artifacts"
    echo "== clean"
}

verb=${1:-build}
shift || true
case $verb in
    setup | build | docs | pack | clean | help)
        [[ $# -eq 0 ]] || fail "'$verb' takes no arguments; see ./build.sh help"
        "$verb"
        ;;
    run | bench) "$verb" "$@" ;;
    test)
        [[ $# -le 1 ]] || fail "'test' takes one room at most; see ./build.sh help"
        if [[ $# -eq 0 ]]; then
            tests
        else
            test_room "$1"
        fi
        ;;
    check)
        [[ $# -le 1 ]] || fail "'check' takes one name at most; see ./build.sh help"
        check "$@"
        ;;
    -h | --help) help ;;
    *) fail "there is no verb '$verb'; see ./build.sh help" ;;
esac
