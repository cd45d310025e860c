using System.Diagnostics;
using System.Runtime.InteropServices;
using Math4AI.Interop;
using Math4AI.Interop.Mkl;
using TorchSharp;

namespace Math4AI.Runtime;

/// <summary>
/// Loads the native libraries, once per process, in the one order that works: the helper first and globally, since it
/// defines what MKL asks about the processor and what LibTorchSharp asks of libstdc++; then libtorch, which has MKL
/// inside; then LibTorchSharp. A step that fails leaves the rest usable, and says what to do.
/// </summary>
internal static class NativeRuntime
{
    private const string NewestStreamSymbol = "_ZSt21ios_base_library_initv";
    private const string NewestStreamVersion = "GLIBCXX_3.4.32";
    private const string RestoreTorch = "Restore the package TorchSharp-cpu and build again.";

    private static readonly List<StartupStep> StepsTaken = [];
    private static readonly List<NativeLibraryInfo> LibrariesLoaded = [];

    public static IReadOnlyList<StartupStep> Steps => StepsTaken;

    public static IReadOnlyList<NativeLibraryInfo> Libraries => LibrariesLoaded;

    public static bool HasMkl { get; private set; }

    public static bool HasHelper { get; private set; }

    public static bool HasTensors { get; private set; }

    public static bool IsReproducible { get; private set; }

    public static void Start()
    {
        LibraryResolver.Install();
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            StartElsewhere();
            return;
        }

        HasHelper = Step(
            "load the helper", NativeHelper.Name, "Build it with ./build.sh build, and install libsndfile, libsamplerate and PortAudio.", LoadHelper);
        HasMkl = Step("load libtorch and MKL", MklLibrary.Name, RestoreTorch, LoadLibtorch);
        HasTensors = Step("load LibTorchSharp", null, RestoreTorch, LoadLibTorchSharp);
    }

    /// <summary>Windows, macOS and Arm: untested. TorchSharp finds its own libraries there.</summary>
    private static void StartElsewhere()
    {
        string problem = $"The native path is built for Linux x64; this is {RuntimeInformation.RuntimeIdentifier}.";
        LibraryResolver.Set(MklLibrary.Name, 0, problem);
        HasHelper = Step("load the helper", NativeHelper.Name, "Build it with CMake and place it beside the application.", () =>
        {
            string path = Find(OperatingSystem.IsWindows() ? "math4ai.dll" : "libmath4ai.dylib");
            LibraryResolver.Set(NativeHelper.Name, NativeLibrary.Load(path), string.Empty);
            return path;
        });
        HasTensors = Step("load LibTorchSharp", null, "Add the package TorchSharp-cpu.", () =>
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return "by TorchSharp itself";
        });
    }

    private static string LoadHelper()
    {
        string path = Find("libmath4ai.so");
        LibraryResolver.Set(NativeHelper.Name, LibC.LoadGlobally(path), string.Empty);
        int version = NativeHelper.GetAbiVersion();
        if (version != NativeHelper.AbiVersion)
        {
            throw new DllNotFoundException(
                $"{path} has interface version {version}, and {NativeHelper.AbiVersion} is needed");
        }

        LibrariesLoaded.Add(new NativeLibraryInfo("math4ai helper", $"interface {version}", path));
        LibrariesLoaded.Add(new NativeLibraryInfo("libsndfile", NativeHelper.SndfileVersion, "by the helper"));
        return path;
    }

    private static string LoadLibtorch()
    {
        // OpenMP's threads wait for each other by spinning, for about a millisecond: where another program wants the core, a training
        // step takes many times as long. A tenth of that is enough between the parts of a step.
        LibC.SetDefault("GOMP_SPINCOUNT", "20000");
        NativeLibrary.Load(Find("libc10.so"));
        string path = Find("libtorch_cpu.so");
        LibraryResolver.Set(MklLibrary.Name, NativeLibrary.Load(path), string.Empty);
        if (Environment.GetEnvironmentVariable("MATH4AI_DETERMINISTIC") != "0")
        {
            IsReproducible = MklService.TryMakeReproducible();
        }

        LibrariesLoaded.Add(new NativeLibraryInfo("MKL", MklService.Version, path));
        return $"{path}, instructions: {MklService.InstructionSet}";
    }

    private static string LoadLibTorchSharp()
    {
        NativeLibrary.Load(Find("libtorch.so"));
        string path = Find("libLibTorchSharp.so");
        bool isCurrent = NativeLibrary.TryGetExport(NativeLibrary.Load("libstdc++.so.6"), NewestStreamSymbol, out _);
        string detail = path;
        if (isCurrent)
        {
            NativeLibrary.Load(path);
        }
        else
        {
            // The package's file stays as it is: a copy in memory is the one that gets the flag.
            byte[] library = File.ReadAllBytes(path);
            ElfVersionNeeds.MakeWeak(library, NewestStreamVersion);
            LibC.LoadFromMemory("libLibTorchSharp.so", library);
            detail = $"{path}, from memory, without the need for {NewestStreamVersion} that this libstdc++ lacks";
        }

        torch.InitializeDeviceType(DeviceType.CPU);
        LibrariesLoaded.Add(new NativeLibraryInfo("libtorch", torch.__version__, path));
        return detail;
    }

    /// <summary>Takes one step. Whatever goes wrong in it is noted, and becomes the message of later P/Invokes of the library.</summary>
    private static bool Step(string name, string? library, string remedy, Func<string> action)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            string detail = action();
            StepsTaken.Add(new StartupStep(name, true, detail, string.Empty, Seconds(start)));
            return true;
        }
        catch (Exception e)
        {
            StepsTaken.Add(new StartupStep(name, false, FirstSentence(e), remedy, Seconds(start)));
            if (library is not null)
            {
                LibraryResolver.Set(library, 0, $"{FirstSentence(e)}. {remedy}");
            }

            return false;
        }
    }

    private static string FirstSentence(Exception e) =>
        e.GetBaseException().Message.Split('\n')[0].TrimEnd('.', ' ');

    private static double Seconds(long start) => Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>The file of a library beside the application, or where the host says that packages keep theirs.</summary>
    private static string Find(string fileName)
    {
        string packages = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        string beside = AppContext.BaseDirectory;
        string[] folders =
        [
            beside,
            Path.Combine(beside, "runtimes", "linux-x64", "native"),
            .. packages.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        ];
        return folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"{fileName} was not found in {string.Join(" or ", folders.Distinct())}");
    }
}
