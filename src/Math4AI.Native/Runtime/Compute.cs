using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Math4AI.Interop;
using Math4AI.Interop.Mkl;

namespace Math4AI.Runtime;

/// <summary>
/// Controls the native runtime of this process: what is loaded, how many threads it uses, and what carries out linear
/// algebra. Nothing has to be called: from the first use of any type of this library on, Math.NET's linear algebra and
/// Fourier transforms run on MKL, and TorchSharp finds its libraries. Each library is loaded when it is first needed;
/// the members here that need one load it.
/// </summary>
/// <remarks>
/// <para>
/// Environment variables, read once: <c>MATH4AI_THREADS</c> sets <see cref="Threads"/>; <c>MATH4AI_PROVIDER</c>
/// (<c>mkl</c>, <c>mathnet</c> or <c>managed</c>) chooses the linear algebra; <c>MATH4AI_DETERMINISTIC=0</c> turns
/// <see cref="Deterministic"/> off, to measure what it costs; <c>MATH4AI_MKL_DISPATCH=vendor</c> lets MKL choose
/// its own code path on processors not made by Intel, where it is up to half as fast.
/// </para>
/// <para>
/// Math.NET's own settings keep their meaning: <c>Control.UseBestProviders()</c>, <c>UseDefaultProviders()</c>,
/// <c>UseNativeMKL()</c> and <c>TryUseNative()</c> choose MKL as found here (or the application's own copy of
/// MathNet.Numerics.Providers.MKL, where it has one), <c>UseManaged()</c> chooses managed code, and
/// <c>UseSingleThread()</c>, <c>UseMultiThreading()</c> and <c>MaxDegreeOfParallelism</c> set <see cref="Threads"/>. A
/// program that is not built with the package's targets and calls them before it uses any type of this library, or that
/// uses Math.NET's types alone, runs managed until it does: call <see cref="Start"/> first.
/// </para>
/// </remarks>
public static class Compute
{
    private static (Func<LinearAlgebraBackend> Get, Func<LinearAlgebraBackend, bool> TrySet)? provider;
    private static bool hasLeftMkl;

    /// <summary>
    /// Makes Math.NET and TorchSharp ready, as the first use of any type of this library does. It loads nothing.
    /// Programs that are built with the package call it before the first line of <c>Main</c>; elsewhere, such as in a
    /// notebook that touches Math.NET or TorchSharp first, this is the line to begin with.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Start()
    {
        // The module's initializer has run before this.
    }

    /// <summary>
    /// Gets the steps that load the native libraries, in order; runs those that have not been run yet.
    /// </summary>
    public static IReadOnlyList<StartupStep> StartupSteps => NativeRuntime.Steps;

    /// <summary>Gets the native libraries of this process; loads those that have not been loaded yet.</summary>
    public static IReadOnlyList<NativeLibraryInfo> Libraries => NativeRuntime.Libraries();

    /// <summary>Gets whether tensors (TorchSharp) can be used, which loads their libraries.</summary>
    public static bool HasTensors => NativeRuntime.HasTensors;

    /// <summary>Gets whether MKL can be used, which loads it. Without MKL everything runs on managed code.</summary>
    public static bool HasMkl => NativeRuntime.HasMkl || LeaveMkl();

    /// <summary>
    /// Gets whether the same operation on the same input gives the same bits, in every run with the same number of
    /// <see cref="Threads"/> on the same processor: wherever its arrays lie in memory, and whatever other threads of
    /// the program compute at the same time. For that, large operations that several threads ask for at once run one
    /// after the other, each on all threads. True unless <c>MATH4AI_DETERMINISTIC=0</c>, which lets them run at once
    /// and share the threads.
    /// </summary>
    public static bool Deterministic => !HasMkl || NativeRuntime.IsReproducible;

    /// <summary>Gets the version string of MKL; empty if it cannot be loaded.</summary>
    public static string MklVersion => HasMkl ? MklService.Version : string.Empty;

    /// <summary>Gets the vector instructions that MKL uses, or that .NET uses where MKL cannot be loaded.</summary>
    public static string InstructionSet =>
        HasMkl ? MklService.InstructionSet : Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "SSE2";

    /// <summary>Gets the processor's name.</summary>
    public static string Processor => ProcessorName.Value;

    /// <summary>
    /// Returns what would make linear algebra faster on this machine, one sentence each; empty if it runs at full
    /// speed.
    /// </summary>
    public static IReadOnlyList<string> SpeedAdvice()
    {
        return
        [
            .. Advice(
                Provider,
                OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
                Environment.GetEnvironmentVariable("MATH4AI_PROVIDER"),
                Environment.GetEnvironmentVariable("MATH4AI_MKL_DISPATCH")),
            .. EnvironmentVariables.Problems(Environment.GetEnvironmentVariable),
        ];
    }

    /// <summary>
    /// Gets a sentence about the first environment variable of this library whose value is not valid, with the values
    /// that are; null if all are valid. The library ignores such a value; the command refuses to run.
    /// </summary>
    public static string? EnvironmentProblem =>
        EnvironmentVariables.Problems(Environment.GetEnvironmentVariable).FirstOrDefault();

    /// <summary>Returns <see cref="SpeedAdvice"/> for any machine and setting.</summary>
    internal static IReadOnlyList<string> Advice(
        LinearAlgebraBackend backend, bool hasMklInTorch, string? provider, string? dispatch)
    {
        if (backend == LinearAlgebraBackend.Managed)
        {
            return
            [
                string.Equals(provider, "managed", StringComparison.OrdinalIgnoreCase)
                    ? "MATH4AI_PROVIDER asks for managed linear algebra: unset it."
                : hasMklInTorch
                    ? "Linear algebra runs managed although MKL comes with libtorch here: see the check that failed."
                : "Add Math.NET's packages MathNet.Numerics.Providers.MKL and MathNet.Numerics.MKL for this platform "
                    + "to the application: they are found by themselves.",
            ];
        }

        return dispatch == "vendor"
            ? ["MATH4AI_MKL_DISPATCH=vendor leaves MKL its slower code on processors other than Intel's: unset it."]
            : [];
    }

    /// <summary>
    /// Gets or sets the linear algebra and the Fourier transforms in use. Setting it installs them in Math.NET for the
    /// whole process.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">
    /// The requested backend is not available on this machine.
    /// </exception>
    public static LinearAlgebraBackend Provider
    {
        get => provider!.Value.Get();
        set
        {
            if (!provider!.Value.TrySet(value))
            {
                throw new PlatformNotSupportedException(
                    $"The linear algebra '{value}' cannot be used here; run 'math4ai doctor' to see why.");
            }
        }
    }

    /// <summary>
    /// Gets or sets the number of threads that one computation may use, of MKL, of torch and of our own loops together;
    /// at first <c>MATH4AI_THREADS</c>, or else the number of processors that this process may use: its share of them
    /// where <c>mpirun</c> started several processes on this machine.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static int Threads
    {
        get => NativeRuntime.Threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            NativeRuntime.Threads = value;
        }
    }

    /// <summary>Gets the default number of threads.</summary>
    internal static int ThreadsAtStart { get; } =
        EnvironmentVariables.TryReadThreads(
            Environment.GetEnvironmentVariable(EnvironmentVariables.Threads), out int asked)
            ? asked
            : EnvironmentVariables.ProcessorsOf(
                Environment.ProcessorCount,
                OperatingSystem.IsLinux() ? LibC.Processors : Environment.ProcessorCount,
                Environment.GetEnvironmentVariable);

    /// <summary>
    /// Gets whether MKL's file is there: linear algebra may then count on it, and it is loaded at the first call.
    /// </summary>
    internal static bool CanLoadMkl => NativeRuntime.HasMklFile;

    /// <summary>
    /// Registers how Math.NET's provider is read and set, which this namespace may not know.
    /// </summary>
    internal static void SetProviderAccess(Func<LinearAlgebraBackend> get, Func<LinearAlgebraBackend, bool> trySet) =>
        provider = (get, trySet);

    /// <summary>
    /// Switches Math.NET to managed code if MKL was expected but cannot be loaded. Returns false.
    /// </summary>
    internal static bool LeaveMkl()
    {
        if (NativeRuntime.HasMklFailed && !hasLeftMkl)
        {
            hasLeftMkl = true;
            Provider = Provider == LinearAlgebraBackend.Mkl ? LinearAlgebraBackend.Managed : Provider;
        }

        return false;
    }

    private static readonly Lazy<string> ProcessorName = new(() =>
    {
        const string Key = "model name";
        const string Table = "/proc/cpuinfo";
        string? line = File.Exists(Table)
            ? File.ReadLines(Table).FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    });
}
