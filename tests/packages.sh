#!/usr/bin/env bash
# Programs that use the packages as anybody would, from a folder feed: a line for each, with the seconds of its build and
# of its run, the size of its folder, and how much of that are copies and not links into the folder of packages.
# Root runs them as nobody, with an empty home and without the sound libraries; others as themselves, with an empty home.
# usage: tests/packages.sh FEED [PROGRAM...]
set -uo pipefail

feed=$(cd "$1" && pwd)
shift
cached=${NUGET_PACKAGES:-$HOME/.nuget/packages}
sources=${MATH4AI_SOURCES:-$(dotnet nuget list source --format short | sed -n 's/^E //p')}

# Once more, as nobody, who has the packages of others in a folder of their own. Nobody sees the mounts.
if [[ $(id -u) -eq 0 ]] && unshare --mount true 2>/dev/null; then
    place=$(mktemp -d)
    trap 'rm -rf "$place"' EXIT
    mkdir -p "$place/cache" "$place/feed" "$place/temporary"
    cp "$0" "$place/packages.sh"
    cp "$feed"/*.nupkg "$place/feed/"
    tar -C "$cached" --exclude='*.nupkg' --exclude='./math4ai*' -cf - . | tar -C "$place/cache" -xf -
    chown -R 65534:65534 "$place"
    unshare --mount -- bash -c '
        for library in libsndfile.so.1 libsamplerate.so.0 libportaudio.so.2; do
            for file in $(ldconfig -p | sed -n "s/.*$library .*=> //p"); do
                mount --bind /dev/null "$(readlink -f "$file")"
            done
        done
        exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all env "HOME=$0/home" "TMPDIR=$0/temporary" \
            "NUGET_PACKAGES=$0/cache" "MATH4AI_SOURCES=$1" bash "$0/packages.sh" "$0/feed" "${@:2}"' "$place" "$sources" "$@"
    exit
fi

version=$(basename "$feed"/Math4AI.Native.*.nupkg .nupkg | sed 's/^Math4AI.Native.//')
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
export HOME=$place/home DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
export DOTNET_CLI_HOME=$place/home
mkdir -p "$HOME"
if [[ -w $cached && $(id -u) -eq 65534 ]]; then
    export NUGET_PACKAGES=$cached
else
    export NUGET_PACKAGES=$place/packages
fi
failed=0

# What others have published is taken from the cache where it is there; our packages come from the feed alone.
{
    echo '<configuration><packageSources><clear />'
    echo "<add key=\"feed\" value=\"$feed\" />"
    number=0
    for source in $sources; do
        [[ $source == "$feed" ]] || echo "<add key=\"source$((number += 1))\" value=\"$source\" />"
    done
    echo '</packageSources>'
    [[ $NUGET_PACKAGES == "$cached" ]] ||
        echo "<fallbackPackageFolders><add key=\"cache\" value=\"$cached\" /></fallbackPackageFolders>"
    echo '</configuration>'
} >"$place/nuget.config"

# Math.NET and TorchSharp before any type of the library, and then the library.
code='
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Providers.LinearAlgebra;
using TorchSharp;

public static class Work
{
    public static string First()
    {
        Matrix<double> a = Matrix<double>.Build.DenseIdentity(60);
        double trace = (a * a).Trace();
        float sum = torch.ones(3).sum().item<float>();
        return $"{LinearAlgebraControl.Provider.GetType().Name} {trace} {sum}";
    }

    public static string Do()
    {
        Matrix<double> a = Matrix<double>.Build.Dense(60, 60, (i, j) => i == j ? 61 : 1.0 / (1 + i + j));
        Vector<double> ones = Vector<double>.Build.Dense(60, 1.0);
        double error = (a.Solve(a * ones) - ones).InfinityNorm();
        Matrix<double> x = Matrix<double>.Build.Dense(30, 1, (i, _) => 0.1 * i);
        Vector<double> y = Vector<double>.Build.Dense(30, i => 3 * System.Math.Exp(-0.05 * i));
        FitResult fit = new FitProblem { Model = Model.FromFormula("a*exp(-b*x)", "x"), Inputs = x, Targets = y }
            .Fit(new System.Collections.Generic.Dictionary<string, double> { ["a"] = 1, ["b"] = 1 });
        bool isRight = error < 1e-12 && System.Math.Abs(fit["a"].Value - 3) < 1e-8;
        return $"{Compute.Provider} {(isRight ? "right" : "wrong")}";
    }
}'
main='System.Console.WriteLine(Work.First() + " " + Work.Do());'
right='MklLinearAlgebraProvider 60 3 Mkl right'
fsharp='
open MathNet.Numerics.LinearAlgebra
open MathNet.Numerics.Providers.LinearAlgebra
open TorchSharp
let a = Matrix<double>.Build.Dense(60, 60, fun i j -> if i = j then 61.0 else 1.0 / float (1 + i + j))
let ones = Vector<double>.Build.Dense(60, 1.0)
let trace = (Matrix<double>.Build.DenseIdentity 60 * Matrix<double>.Build.DenseIdentity 60).Trace()
let sum = torch.ones(3L).sum().item<float32>()
let provider = LinearAlgebraControl.Provider.GetType().Name
let error = (a.Solve(a * ones) - ones).InfinityNorm()
printfn "%s %g %g %O %s" provider trace sum Math4AI.Runtime.Compute.Provider (if error < 1e-12 then "right" else "wrong")'

project() { # SDK, properties, items
    cat <<END_OF_PROJECT
<Project Sdk="$1">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><InvariantGlobalization>true</InvariantGlobalization>
    <SatelliteResourceLanguages>en</SatelliteResourceLanguages>$2
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Math4AI.Native" Version="$version" />$3</ItemGroup>
</Project>
END_OF_PROJECT
}

# Runs the program and keeps its seconds: of the clock, and of the processors.
go() {
    local TIMEFORMAT='%R %U %S'
    { time "$@" 2>&3; } 3>&2 2>seconds
}

console() { # properties
    project Microsoft.NET.Sdk "${1:-}" "" >p.csproj
    echo "$code" >Work.cs
    echo "$main" >Program.cs
}

run_console() { console && dotnet build p.csproj -v q && go dotnet bin/Debug/net10.0/p.dll; }

# What the switch takes away: Math.NET alone then stays on managed code.
run_start_off() {
    console '<Math4AIStart>false</Math4AIStart>'
    echo 'System.Console.WriteLine((object)MathNet.Numerics.Providers.LinearAlgebra.LinearAlgebraControl.Provider.GetType().Name);' >Program.cs
    dotnet build p.csproj -v q && go dotnet bin/Debug/net10.0/p.dll >off && grep -q Managed off && echo "$right"
}

run_file() {
    {
        echo "#:package Math4AI.Native@$version"
        grep '^using' <<<"$code"
        echo "$main"
        sed '/^using/d' <<<"$code"
    } >program.cs
    dotnet build program.cs -v q && go dotnet run --no-build program.cs
}

run_fsharp_script() {
    { echo "#r \"nuget: Math4AI.Native, $version\""; echo "$fsharp"; } >script.fsx
    go dotnet fsi script.fsx
}

run_fsharp_project() {
    project Microsoft.NET.Sdk "" '<Compile Include="Program.fs" />' >p.fsproj
    echo "$fsharp" >Program.fs
    dotnet build p.fsproj -v q && go dotnet bin/Debug/net10.0/p.dll
}

run_visual_basic() {
    project Microsoft.NET.Sdk "" "" >p.vbproj
    cat >Program.vb <<'END_OF_PROGRAM'
Imports MathNet.Numerics.LinearAlgebra
Imports MathNet.Numerics.Providers.LinearAlgebra
Imports TorchSharp

Module Program
    Sub Main()
        Dim a = Matrix(Of Double).Build.DenseIdentity(60)
        Dim trace = (a * a).Trace()
        Dim sum = torch.ones(3).sum().item(Of Single)()
        Dim name = LinearAlgebraControl.Provider.GetType().Name
        Dim isRight = (a.Solve(a.Column(0)) - a.Column(0)).L2Norm() < 1e-12
        System.Console.WriteLine($"{name} {trace} {sum} {Math4AI.Runtime.Compute.Provider} {If(isRight, "right", "wrong")}")
    End Sub
End Module
END_OF_PROGRAM
    dotnet build p.vbproj -v q && go dotnet bin/Debug/net10.0/p.dll
}

run_xunit() {
    project Microsoft.NET.Sdk "" '<PackageReference Include="xunit.v3" Version="4.0.2" />' >p.csproj
    echo "$code" >Work.cs
    echo "public class Tests { [Xunit.Fact] public void It_is_right() => Xunit.Assert.Equal(\"$right\", Work.First() + \" \" + Work.Do()); }" >Tests.cs
    dotnet build p.csproj -v q && go ./bin/Debug/net10.0/p && echo "$right"
}

run_web() {
    project Microsoft.NET.Sdk.Web "<ImplicitUsings>enable</ImplicitUsings>" "" >p.csproj
    echo "$code" >Work.cs
    cat >Program.cs <<'END_OF_PROGRAM'
var app = WebApplication.CreateBuilder(args).Build();
app.Urls.Add("http://127.0.0.1:0");
app.MapGet("/", () => Work.First() + " " + Work.Do());
await app.StartAsync();
using var client = new HttpClient();
Console.WriteLine(await client.GetStringAsync(app.Urls.First()));
await app.StopAsync();
END_OF_PROGRAM
    dotnet build p.csproj -v q && go dotnet bin/Debug/net10.0/p.dll
}

published() { # properties
    console "<RuntimeIdentifier>linux-x64</RuntimeIdentifier>$1"
    dotnet publish p.csproj -c Release -v q -o out && go ./out/p
}

run_single_file() { published '<SelfContained>false</SelfContained><PublishSingleFile>true</PublishSingleFile>'; }

run_trimmed() { published '<SelfContained>true</SelfContained><PublishTrimmed>true</PublishTrimmed>'; }

run_native_aot() { published '<SelfContained>true</SelfContained><PublishAot>true</PublishAot>'; }

run_tool() {
    dotnet tool install math4ai --version "$version" --tool-path out --configfile "$place/nuget.config" &&
        printf 'x,y\n0,1\n1,3\n2,5.1\n3,7\n4,9.1\n' >line.csv &&
        go out/math4ai fit line.csv --model 'y ~ a + b*x' -o fitted --no-report &&
        { out/math4ai doctor --no-speed --json || true; } | grep -q '"provider": "Mkl"' && echo "$right"
}

# The megabytes of a program's folder, and those of them that stand there alone.
sizes() {
    local folder=bin
    [[ ! -d out ]] || folder=out
    [[ -d $folder ]] || { echo "-"; return; }
    find "$folder" -type f -printf '%n %s\n' | awk '{ all += $2; if ($1 == 1) own += $2 } END { printf "%.0f MB, %.0f MB of it copied", all / 1e6, own / 1e6 }'
}

[[ $# -gt 0 ]] || set -- console file fsharp_script fsharp_project visual_basic xunit web single_file trimmed native_aot tool start_off
for name in "$@"; do
    mkdir -p "$place/$name"
    cp "$place/nuget.config" "$place/$name/"
    start=$SECONDS
    if (cd "$place/$name" && "run_$name") >"$place/$name.log" 2>&1 </dev/null && grep -qF "$right" "$place/$name.log"; then
        read -r wall user system <"$place/$name/seconds"
        echo "passed  $name: $((SECONDS - start)) s in all; a run $wall s, of the processors $user + $system s; $(cd "$place/$name" && sizes)"
    else
        echo "FAILED  $name"
        tail -n 15 "$place/$name.log" | cut -c1-300
        failed=$((failed + 1))
    fi
    rm -rf "${place:?}/$name"
done
exit "$failed"
