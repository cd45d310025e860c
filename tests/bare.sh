#!/usr/bin/env bash
# The command on a bare Debian: the smallest folder that debootstrap makes and the .NET runtime, nothing else; a line for each.
# usage: tests/bare.sh FOLDER PROGRAM
#   FOLDER   where the system is kept between runs
#   PROGRAM  the folder of math4ai and its libraries
set -uo pipefail

mkdir -p "$1"
system=$(cd "$1" && pwd)
program=$(cd "$2" && pwd)
release=${MATH4AI_BARE_RELEASE:-bookworm}
mirror=${MATH4AI_BARE_MIRROR:-}
failed=0

[[ $(id -u) -eq 0 ]] || { echo "left out, since only root may change the root folder: all"; exit 0; }
command -v debootstrap >/dev/null || { echo "left out, since there is no debootstrap: all"; exit 0; }

# A folder that was cut short has no mark at its end, and is made anew.
if [[ ! -f $system/made ]]; then
    rm -rf "${system:?}"
    debootstrap --variant=minbase "$release" "$system" ${mirror:+"$mirror"} >"$system.log" 2>&1 ||
        { echo "left out, since debootstrap failed ($system.log): all"; exit 0; }
    rm -rf "$system"/var/cache/apt/archives/*.deb "$system"/var/lib/apt/lists/*
    touch "$system/made"
fi

# The runtime of this machine, and the program, each as of now; links where the disk is the same.
rm -rf "$system/usr/share/dotnet" "$system/opt/math4ai" "$system/work"
mkdir -p "$system/usr/share/dotnet/shared/Microsoft.NETCore.App" "$system/work"
read -r version shared < <(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App \(10[^ ]*\) \[\(.*\)\]$/\1 \2/p' | tail -n 1)
cp -r "$shared/../../host" "$system/usr/share/dotnet/"
cp -r "$shared/$version" "$system/usr/share/dotnet/shared/Microsoft.NETCore.App/"
cp -rl "$program" "$system/opt/math4ai" 2>/dev/null || cp -r "$program" "$system/opt/"

chown 65534:65534 "$system/work"

# Runs a command in the system as nobody, another user than the one who built it, from another folder, without a home.
inside() {
    unshare --mount -- bash -c 'mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" && cd "$1" &&
        exec chroot --userspec=65534:65534 "$1" /usr/bin/env -i -C /work PATH=/usr/bin:/bin HOME=/nonexistent DOTNET_ROOT=/usr/share/dotnet \
            /opt/math4ai/"${@:2}"' bash "$system" "$@" </dev/null
}

# The name of a line, what its output must have as a regular expression, and the command.
line() {
    local name=$1 pattern=$2 output start=$SECONDS
    shift 2
    output=$(inside "$@" 2>&1)
    local code=$?
    # A bare system has no libsndfile, and the checks say so: nothing else may fail.
    if [[ $name == checks* && $code -eq 1 ]]; then
        grep -B 1 '"ok": false' <<<"$output" | grep '"name"' | grep -vqE 'sound|ring' || code=0
    fi
    if [[ $code -eq 0 ]] && grep -qE -- "$pattern" <<<"$output"; then
        echo "passed  $name, $((SECONDS - start)) s"
    else
        echo "FAILED  $name (exit code $code)"
        tail -n 8 <<<"$output" | cut -c1-300
        failed=$((failed + 1))
    fi
}

# y = 3 exp(-0.5 x) + 1, and two sources that are mixed: a sine beside a sawtooth, 4000 samples in float64.
awk 'BEGIN { print "x,y"; for (i = 0; i < 60; i++) { x = i / 10; printf "%.6f,%.12f\n", x, 3 * exp(-0.5 * x) + 1 } }' >"$system/work/decay.csv"
perl -e '
    my $header = "{\x27descr\x27: \x27<f8\x27, \x27fortran_order\x27: False, \x27shape\x27: (2, 4000), }";
    $header .= " " x (117 - length $header) . "\n";
    binmode STDOUT;
    print "\x93NUMPY\x01\x00", pack("v", length $header), $header;
    my @sine = map { sin(0.1 * $_) } 0 .. 3999;
    my @saw = map { ($_ % 37) / 18 - 1 } 0 .. 3999;
    print pack("d<*", map { $sine[$_] + 0.6 * $saw[$_] } 0 .. 3999);
    print pack("d<*", map { 0.4 * $sine[$_] - $saw[$_] } 0 .. 3999);' >"$system/work/mixed.npy"

echo "$(. "$system/etc/os-release" && echo "$PRETTY_NAME"), $(ls "$system"/var/lib/dpkg/info/*.list | wc -l) packages, .NET $version"
line "the version" 'math4ai' math4ai --version
line "checks of a solve, an SVD, an FFT and a gradient" '"provider": "Mkl"' math4ai doctor --no-speed --json
line "a solve, an SVD and an FFT, native and managed" 'solve' math4ai bench --sizes 64
line "a fit" 'R² 1\.$' math4ai fit decay.csv --model 'y ~ a*exp(-b*x) + c' -o fit
line "a separation from .npy" '2 sources' math4ai separate mixed.npy -o separate
line "a training" 'parameters' math4ai train decay.csv --target y --model mlp -o train
line "a prediction" 'rmse' math4ai predict train decay.csv -o predict
for file in fit/report.html separate/report.html train/model.safetensors; do
    [[ -s $system/work/$file ]] || { echo "FAILED  $file was not written"; failed=$((failed + 1)); }
done
rm -rf "$system/opt/math4ai" "$system/work"
exit "$failed"
