using System.Runtime.InteropServices;
using Math4AI.Interop;
using Math4AI.Interop.Mkl;
using TorchSharp;

namespace Math4AI.Runtime;

/// <summary>
/// Loads the native libraries, each when it is first needed, in the one order that works: the helper first and
/// globally, since it defines what MKL asks about the processor and what LibTorchSharp asks of libstdc++; then
/// libtorch, which has MKL inside; then LibTorchSharp. The sound library stands alone.
/// </summary>
internal static class NativeRuntime
{
    private const string NewestStreamSymbol = "_ZSt21ios_base_library_initv";
    private const string NewestStreamVersion = "GLIBCXX_3.4.32";
    private const string RestoreTorch = "Restore the package TorchSharp-cpu and build again.";

    private static readonly bool IsLinuxX64 =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static readonly LoadStep Helper =
        new("load the helper", NativeHelper.Name, "Build it with ./build.sh build.", LoadHelper);

    private static readonly LoadStep Mkl = new("load libtorch and MKL", MklLibrary.Name, RestoreTorch, LoadMkl);

    private static readonly LoadStep Tensors =
        new("load LibTorchSharp", TorchSharpLibrary.Name, RestoreTorch, LoadTensors);

    private static readonly LoadStep Sound = new(
        "load the sound library",
        SoundLibrary.Name,
        "Build it with ./build.sh build, and install libsndfile, libsamplerate and PortAudio (on Debian and Ubuntu: "
        + "apt-get install libsndfile1 libsamplerate0 libportaudio2).",
        LoadSound);

    private static readonly Lazy<bool> MklFiles =
        new(() => IsLinuxX64 && TryFind("libc10.so") is not null && TryFind("libtorch_cpu.so") is not null);

    // The thread that has done so last: each has its own part of the heap.
    private static int heapGrownBy;

    // Guards the three below.
    private static readonly Lock ThreadsGate = new();
    private static int threads = Compute.ThreadsAtStart;
    private static bool isMklReady;
    private static bool areTensorsReady;

    /// <summary>Gets every step in order, after taking those that have not been taken.</summary>
    public static IReadOnlyList<StartupStep> Steps =>
        IsLinuxX64
            ? [Helper.Report(), Mkl.Report(), Tensors.Report(), Sound.Report()]
            : [Tensors.Report(), Sound.Report()];

    /// <summary>Gets whether MKL is loaded, after loading it.</summary>
    public static bool HasMkl => Mkl.Take();

    /// <summary>Gets whether loading MKL has failed.</summary>
    public static bool HasMklFailed => Mkl.HasFailed;

    /// <summary>
    /// Gets whether MKL's file is there; it is not loaded, and where loading it has failed the answer is no.
    /// </summary>
    public static bool HasMklFile => MklFiles.Value && !Mkl.HasFailed;

    /// <summary>Gets whether tensors can be used, after loading what they need.</summary>
    public static bool HasTensors => Tensors.Take();

    /// <summary>Gets whether MKL agreed to give the same bits wherever arrays lie.</summary>
    public static bool IsReproducible { get; private set; }

    /// <summary>
    /// Gets or sets the number of threads of MKL and torch, now if they are loaded and otherwise once they are.
    /// </summary>
    public static int Threads
    {
        get => threads;
        set
        {
            lock (ThreadsGate)
            {
                threads = value;
                ApplyThreads();
            }
        }
    }

    /// <summary>Loads the library for one kind of MPI.</summary>
    /// <exception cref="DllNotFoundException">It is missing, or needs what is missing.</exception>
    public static void LoadMpi(string kind)
    {
        string name = $"libmath4ai_mpi_{kind}.so";
        string remedy = $"install {kind} with its headers (on Debian and Ubuntu: lib{kind}-dev) and build with "
            + "./build.sh build.";
        string path = TryFind(name) ?? throw new DllNotFoundException(
            $"This process is one of several that {kind} started, and {name} is not there: {remedy}");
        if (!NativeLibrary.TryLoad(path, out nint handle))
        {
            throw new DllNotFoundException($"{path} cannot be loaded: {remedy}");
        }

        LibraryResolver.SetHandle(MpiLibrary.Name, handle);
        RequireVersion(path, MpiLibrary.GetAbiVersion(), MpiLibrary.AbiVersion);
    }

    /// <summary>Registers how each library is found; none is loaded.</summary>
    public static void Register()
    {
        LibraryResolver.Register(NativeHelper.Name, () => Helper.Take());
        LibraryResolver.Register(MklLibrary.Name, () => _ = Mkl.Take() || Compute.LeaveMkl());
        LibraryResolver.Register(TorchSharpLibrary.Name, () => Tensors.Take());
        LibraryResolver.Register(SoundLibrary.Name, () => Sound.Take());
        LibraryResolver.Register(MpiLibrary.Name, () => { });
        LibraryResolver.Register(TreesLibrary.Name, TreesLibrary.Open);
        LibraryResolver.Install();
        if (IsLinuxX64)
        {
            TorchSharpLibrary.Attach(PrepareTorch);
        }
    }

    /// <summary>The libraries that could be loaded.</summary>
    public static IReadOnlyList<NativeLibraryInfo> Libraries()
    {
        var found = new List<NativeLibraryInfo>();
        if (IsLinuxX64 && Helper.Take())
        {
            found.Add(new NativeLibraryInfo(
                "math4ai helper", $"interface {NativeHelper.GetAbiVersion()}", Find("libmath4ai.so")));
        }

        if (HasMkl)
        {
            found.Add(new NativeLibraryInfo("MKL", MklService.Version, Find("libtorch_cpu.so")));
        }

        if (IsLinuxX64 && HasTensors)
        {
            found.Add(new NativeLibraryInfo("libtorch", torch.__version__, Find("libLibTorchSharp.so")));
        }

        if (Sound.Take())
        {
            found.Add(new NativeLibraryInfo("libsndfile", SoundLibrary.SndfileVersion, "by the sound library"));
        }

        return found;
    }

    private static string LoadHelper()
    {
        string path = Find("libmath4ai.so");
        LibraryResolver.SetHandle(NativeHelper.Name, LibC.LoadGlobally(path));
        RequireVersion(path, NativeHelper.GetAbiVersion(), NativeHelper.AbiVersion);
        return path;
    }

    /// <summary>Sets what must be in place before libtorch is opened, by this library or by TorchSharp.</summary>
    private static void PrepareTorch()
    {
        Helper.Take();
        // The threads of OpenMP spin for about a millisecond while they wait. If another program needs the core, a
        // training step then takes many times as long. A tenth is enough between the parts of a step; none (0) costs
        // small products 44 % more CPU ('bench gemm --sizes 64 128 256' on 2 cores, Zen 4).
        LibC.SetDefault("GOMP_SPINCOUNT", "20000");
        int thread = Environment.CurrentManagedThreadId;
        if (Interlocked.Exchange(ref heapGrownBy, thread) != thread)
        {
            LibC.GrowHeap();
        }
    }

    private static string LoadMkl()
    {
        if (!IsLinuxX64)
        {
            throw new DllNotFoundException(
                $"MKL is found on Linux x64 alone; this is {RuntimeInformation.RuntimeIdentifier}");
        }

        PrepareTorch();
        NativeLibrary.Load(Find("libc10.so"));
        string path = Find("libtorch_cpu.so");
        LibraryResolver.SetHandle(MklLibrary.Name, NativeLibrary.Load(path));
        if (Environment.GetEnvironmentVariable("MATH4AI_DETERMINISTIC") != "0")
        {
            IsReproducible = MklService.TryMakeReproducible();
        }

        // Torch sets this when it starts; results must not depend on whether it has started.
        MklService.SetDynamic(0);

        lock (ThreadsGate)
        {
            isMklReady = true;
            ApplyThreads();
        }

        return $"{path}, instructions: {MklService.InstructionSet}";
    }

    private static string LoadTensors()
    {
        if (!IsLinuxX64)
        {
            // Windows, macOS and Arm: untested. TorchSharp finds its own libraries there.
            LibraryResolver.SetHandle(TorchSharpLibrary.Name, TorchSharpLibrary.LoadByItself());
            SetTensorsReady();
            return "by TorchSharp itself";
        }

        Mkl.Take();
        NativeLibrary.Load(Find("libtorch.so"));
        string path = Find("libLibTorchSharp.so");
        bool isCurrent = NativeLibrary.TryGetExport(NativeLibrary.Load("libstdc++.so.6"), NewestStreamSymbol, out _);
        string detail = path;
        if (isCurrent)
        {
            LibraryResolver.SetHandle(TorchSharpLibrary.Name, NativeLibrary.Load(path));
        }
        else
        {
            // The file of the package is not changed; the flag is set in a copy in memory.
            byte[] library = File.ReadAllBytes(path);
            ElfVersionNeeds.MakeWeak(library, NewestStreamVersion);
            LibraryResolver.SetHandle(TorchSharpLibrary.Name, LibC.LoadFromMemory("libLibTorchSharp.so", library));
            detail = $"{path}, from memory, without the need for {NewestStreamVersion} that this libstdc++ lacks";
        }

        if (OneDnn.IsFaulty)
        {
            detail += OneDnn.TryLeave(NativeLibrary.Load(Find("libtorch_cpu.so")))
                ? ", without oneDNN, whose convolutions are wrong on this processor"
                : "; CONVOLUTIONS MAY BE WRONG on this processor, and this libtorch cannot do without oneDNN";
        }

        TorchSharpLibrary.DelayFinalizers();
        SetTensorsReady();
        return detail;
    }

    private static void SetTensorsReady()
    {
        lock (ThreadsGate)
        {
            areTensorsReady = true;
            ApplyThreads();
        }
    }

    private static void ApplyThreads()
    {
        if (isMklReady)
        {
            MklService.SetNumThreads(threads);
        }

        if (areTensorsReady)
        {
            TorchSharpLibrary.SetThreads(threads);
        }
    }

    private static string LoadSound()
    {
        string path = Find(
            OperatingSystem.IsWindows() ? "math4ai_sound.dll"
            : OperatingSystem.IsMacOS() ? "libmath4ai_sound.dylib" : "libmath4ai_sound.so");
        LibraryResolver.SetHandle(SoundLibrary.Name, NativeLibrary.Load(path));
        RequireVersion(path, SoundLibrary.GetAbiVersion(), SoundLibrary.AbiVersion);
        return path;
    }

    private static void RequireVersion(string path, int found, int needed)
    {
        if (found != needed)
        {
            throw new DllNotFoundException($"{path} has interface version {found}, and {needed} is needed");
        }
    }

    private static string Find(string fileName) =>
        TryFind(fileName) ?? throw new DllNotFoundException(
            $"{fileName} was not found in {string.Join(" or ", Folders().Distinct())}");

    private static string? TryFind(string fileName) =>
        Folders().Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);

    /// <summary>
    /// The application's folder, and the folders in which the host finds the files of packages: F# Interactive and
    /// notebooks, which use packages where they lie, tell them in PATH.
    /// </summary>
    private static string[] Folders()
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        string native = Path.Combine("runtimes", "linux-x64", "native");
        string packages = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        string beside = AppContext.BaseDirectory;
        return
        [
            beside,
            Path.Combine(beside, native),
            .. packages.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            .. path.Split(Path.PathSeparator).Where(
                folder => Path.IsPathFullyQualified(folder) && folder.EndsWith(native, StringComparison.Ordinal)),
        ];
    }
}
