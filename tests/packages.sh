#!/usr/bin/env bash
# Programs that use the packages as anybody would, from a folder feed and with an empty home: a line for each.
# usage: tests/packages.sh FEED [PROGRAM...]
set -uo pipefail

feed=$(cd "$1" && pwd)
shift
version=$(basename "$feed"/Math4AI.Native.*.nupkg .nupkg | sed 's/^Math4AI.Native.//')
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cached=${NUGET_PACKAGES:-$HOME/.nuget/packages}
sources=$(dotnet nuget list source --format short | sed -n 's/^E //p')
export HOME=$place/home DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
export NUGET_PACKAGES=$place/packages DOTNET_CLI_HOME=$place/home
mkdir -p "$HOME" "$NUGET_PACKAGES"
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
    echo "<fallbackPackageFolders><add key=\"cache\" value=\"$cached\" /></fallbackPackageFolders></configuration>"
} >"$place/nuget.config"

code='
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

public static class Work
{
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
fsharp='
open MathNet.Numerics.LinearAlgebra
let a = Matrix<double>.Build.Dense(60, 60, fun i j -> if i = j then 61.0 else 1.0 / float (1 + i + j))
let provider = Math4AI.Runtime.Compute.Provider
let ones = Vector<double>.Build.Dense(60, 1.0)
let error = (a.Solve(a * ones) - ones).InfinityNorm()
printfn "%O %s" provider (if error < 1e-12 then "right" else "wrong")'

project() { # SDK, properties, items
    cat <<END
<Project Sdk="$1">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><RuntimeIdentifier>linux-x64</RuntimeIdentifier>
    <SelfContained>false</SelfContained><InvariantGlobalization>true</InvariantGlobalization>
    <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
    <SatelliteResourceLanguages>en</SatelliteResourceLanguages>$2
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Math4AI.Native" Version="$version" />$3</ItemGroup>
</Project>
END
}

console() {
    project Microsoft.NET.Sdk "" "" >p.csproj
    echo "$code" >Work.cs
    echo 'System.Console.WriteLine(Work.Do());' >Program.cs
}

run_console() { console && dotnet build p.csproj -v q && dotnet bin/Debug/net10.0/linux-x64/p.dll; }

run_file() {
    { echo "#:package Math4AI.Native@$version"; echo 'System.Console.WriteLine(Work.Do());'; echo "$code" | sed '/^using/d'; } >body.cs
    { echo "#:package Math4AI.Native@$version"; echo "$code" | grep '^using'; grep -v '^#:' body.cs; } >program.cs
    rm body.cs
    dotnet run program.cs
}

run_fsharp_script() {
    { echo "#r \"nuget: Math4AI.Native, $version\""; echo "$fsharp"; } >script.fsx
    dotnet fsi script.fsx
}

run_fsharp_project() {
    project Microsoft.NET.Sdk "" "" | sed 's|<ItemGroup>|<ItemGroup><Compile Include="Program.fs" />|' >p.fsproj
    echo "$fsharp" >Program.fs
    dotnet build p.fsproj -v q && dotnet bin/Debug/net10.0/linux-x64/p.dll
}

run_xunit() {
    project Microsoft.NET.Sdk "" '<PackageReference Include="xunit.v3" Version="4.0.2" />' >p.csproj
    echo "$code" >Work.cs
    echo 'public class Tests { [Xunit.Fact] public void It_is_right() => Xunit.Assert.Equal("Mkl right", Work.Do()); }' >Tests.cs
    dotnet build p.csproj -v q && ./bin/Debug/net10.0/linux-x64/p && echo "Mkl right"
}

run_web() {
    project Microsoft.NET.Sdk.Web "" "" >p.csproj
    echo "$code" >Work.cs
    cat >Program.cs <<'END'
var app = WebApplication.CreateBuilder(args).Build();
app.Urls.Add("http://127.0.0.1:0");
app.MapGet("/", () => Work.Do());
await app.StartAsync();
using var client = new HttpClient();
Console.WriteLine(await client.GetStringAsync(app.Urls.First()));
await app.StopAsync();
END
    sed -i 's|</PropertyGroup>|<ImplicitUsings>enable</ImplicitUsings></PropertyGroup>|' p.csproj
    dotnet build p.csproj -v q && dotnet bin/Debug/net10.0/linux-x64/p.dll
}

published() { # properties
    console
    sed -i "s|</PropertyGroup>|$1</PropertyGroup>|" p.csproj
    dotnet publish p.csproj -c Release -v q -o out && ./out/p
}

run_single_file() { published '<PublishSingleFile>true</PublishSingleFile>'; }

run_trimmed() { published '<SelfContained>true</SelfContained><PublishTrimmed>true</PublishTrimmed>'; }

run_native_aot() { published '<SelfContained>true</SelfContained><PublishAot>true</PublishAot>'; }

run_tool() {
    dotnet tool install math4ai --version "$version" --tool-path "$place/tools" --configfile "$place/nuget.config" &&
        printf 'x,y\n0,1\n1,3\n2,5.1\n3,7\n4,9.1\n' >line.csv &&
        "$place/tools/math4ai" fit line.csv --model 'y ~ a + b*x' -o out --no-report &&
        "$place/tools/math4ai" doctor --no-speed --json | grep -q '"provider": "Mkl"' && echo "Mkl right"
}

[[ $# -gt 0 ]] || set -- console file fsharp_script fsharp_project xunit web single_file trimmed native_aot tool
for name in "$@"; do
    mkdir -p "$place/$name"
    cp "$place/nuget.config" "$place/$name/"
    start=$SECONDS
    if (cd "$place/$name" && "run_$name") >"$place/$name.log" 2>&1 </dev/null && grep -q 'Mkl right' "$place/$name.log"; then
        echo "passed  $name, $((SECONDS - start)) s"
    else
        echo "FAILED  $name"
        tail -n 15 "$place/$name.log" | cut -c1-300
        failed=$((failed + 1))
    fi
    rm -rf "${place:?}/$name"
done
exit "$failed"
