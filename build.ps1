# The front door of Math4AI.Native for PowerShell: the verbs of build.sh. Not yet run on Windows by its authors.
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('setup', 'build', 'run', 'test', 'check', 'bench', 'docs', 'pack', 'clean', 'help')]
    [string] $Verb = 'build',

    [Parameter(Position = 1, ValueFromRemainingArguments = $true)]
    [string[]] $Arguments = @()
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$artifacts = Join-Path $root 'artifacts'
$solution = Join-Path $root 'Math4AI.Native.sln'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

function Show-Help {
    @'
usage: ./build.ps1 [verb]

  setup   check the tools and fetch the packages
  build   setup, then build everything; this is what no verb means
  run     build, then 'math4ai separate' with the arguments given; without any, a built-in cocktail party, into ./out
  test    build, then every test; 'test ROOM' runs the managed tests of one folder or class, such as fitting or FitTests
  check   build, then the explicit managed tests of one name, such as 'check kill'; without a name, list them
  bench   build, then the benchmarks with the arguments given to BenchmarkDotNet; without any, all of them
  docs    build, then make the documentation site in artifacts/docs, and look for dead links
  pack    build, then make the NuGet packages in artifacts/package/release
  clean   delete everything that was built
  help    this text
'@
}

# Runs a program and stops where it fails.
function Invoke-Step([string] $name, [string] $program, [string[]] $words) {
    Write-Host "== $name"
    & $program @words
    if ($LASTEXITCODE -ne 0) {
        throw "build.ps1: $name failed with exit code $LASTEXITCODE"
    }
}

function Get-Program([string] $project, [string] $name) {
    $ending = if ($IsLinux -or $IsMacOS) { '' } else { '.exe' }
    Join-Path $artifacts "bin/$project/release/$name$ending"
}

function Invoke-Setup {
    foreach ($tool in 'git', 'cmake', 'dotnet') {
        if (-not (Get-Command $tool -ErrorAction SilentlyContinue)) {
            throw "build.ps1: '$tool' is missing: install git, CMake, a C++ compiler, libsndfile, GoogleTest and the .NET SDK 10"
        }
    }
    Invoke-Step 'restore packages' 'dotnet' @('restore', $solution)
}

function Invoke-Build {
    Invoke-Setup
    Push-Location $root
    try {
        Invoke-Step 'configure native' 'cmake' @('--preset', 'release')
        Invoke-Step 'build native' 'cmake' @('--build', '--preset', 'release', '--parallel', '--config', 'Release')
    }
    finally {
        Pop-Location
    }
    Invoke-Step 'build managed' 'dotnet' @('build', $solution, '--configuration', 'Release', '--no-restore')
    Invoke-Step 'build the maker of the site' 'dotnet' @('build', (Join-Path $root 'docs/site'), '--configuration', 'Release')
}

function Invoke-Run([string[]] $words) {
    Invoke-Build
    Invoke-Step 'math4ai separate' (Get-Program 'Math4AI.Cli' 'math4ai') (@('separate', '--force') + $words)
}

function Invoke-ManagedTests([string[]] $filters) {
    Invoke-Step 'managed tests' (Get-Program 'Math4AI.Native.Tests' 'Math4AI.Native.Tests') (@('-noLogo') + $filters)
}

function Invoke-Test([string[]] $words) {
    Invoke-Build
    if ($words.Count -gt 0) {
        $tests = Join-Path $root 'tests/Math4AI.Native.Tests'
        $room = Get-ChildItem $tests -Directory | Where-Object Name -EQ $words[0]
        if ($room) {
            Invoke-ManagedTests @('-namespace', "Math4AI.Tests.$($room.Name)*")
        }
        else {
            Invoke-ManagedTests @('-class', "*.$($words[0])")
        }
        return
    }
    Push-Location $root
    try {
        Invoke-Step 'native tests' 'ctest' @('--preset', 'release')
    }
    finally {
        Pop-Location
    }
    Invoke-ManagedTests @()
}

function Invoke-Check([string[]] $words) {
    Invoke-Build
    if ($words.Count -eq 0) {
        Invoke-ManagedTests @('-list', 'traits')
    }
    else {
        Invoke-ManagedTests @('-explicit', 'only', '-trait', "Check=$($words[0])", '-showLiveOutput')
    }
}

function Invoke-Bench([string[]] $words) {
    Invoke-Build
    if ($words.Count -eq 0) {
        $words = @('--filter', '*')
    }
    $program = Get-Program 'Math4AI.Benchmarks' 'Math4AI.Benchmarks'
    Invoke-Step 'benchmarks' $program (@('--artifacts', (Join-Path $artifacts 'benchmarks')) + $words)
}

function Invoke-Docs {
    Invoke-Build
    $assemblies = Join-Path $artifacts 'bin/Math4AI.Cli/release'
    Invoke-Step 'documentation' (Get-Program 'Math4AI.Site' 'Math4AI.Site') @($root, $assemblies, (Join-Path $artifacts 'docs'))
}

function Invoke-Pack {
    Invoke-Build
    Invoke-Step 'pack' 'dotnet' @('pack', $solution, '--configuration', 'Release', '--no-build')
}

function Invoke-Clean {
    if (Test-Path $artifacts) {
        Remove-Item $artifacts -Recurse -Force
    }
    Write-Host '== clean'
}

switch ($Verb) {
    'setup' { Invoke-Setup }
    'build' { Invoke-Build }
    'run' { Invoke-Run $Arguments }
    'test' { Invoke-Test $Arguments }
    'check' { Invoke-Check $Arguments }
    'bench' { Invoke-Bench $Arguments }
    'docs' { Invoke-Docs }
    'pack' { Invoke-Pack }
    'clean' { Invoke-Clean }
    'help' { Show-Help }
}
