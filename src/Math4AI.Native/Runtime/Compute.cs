using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Math4AI.Interop.Mkl;
using MathNet.Numerics.Providers.FourierTransform;
using MathNet.Numerics.Providers.LinearAlgebra;
using TorchSharp;

namespace Math4AI.Runtime;

/// <summary>
/// The native runtime of this process: what is loaded, how many threads it uses, and what carries out linear algebra. It
/// starts by itself, on the first use of any type of this library.
/// </summary>
/// <remarks>
/// Three environment variables are read once, at the start: <c>MATH4AI_DETERMINISTIC=0</c> is for those who want to measure
/// it (see <see cref="Deterministic"/>); <c>MATH4AI_PROVIDER</c> (<c>mkl</c>, <c>mathnet</c> or
/// <c>managed</c>) chooses the linear algebra; <c>MATH4AI_MKL_DISPATCH=vendor</c> leaves MKL its own choice of code on
/// processors that are not Intel's, which is about half as fast there.
/// </remarks>
public static class Compute
{
    private static readonly Dictionary<LinearAlgebraBackend, Func<(ILinearAlgebraProvider, IFourierTransformProvider)>> Providers =
        new()
        {
            [LinearAlgebraBackend.Managed] = () =>
                (ManagedLinearAlgebraProvider.Instance, ManagedFourierTransformProvider.Instance),
            [LinearAlgebraBackend.MathNetNative] = () =>
                LinearAlgebraControl.TryUseNativeMKL() && FourierTransformControl.TryUseNativeMKL()
                    ? (LinearAlgebraControl.Provider, FourierTransformControl.Provider)
                    : throw new PlatformNotSupportedException("The application does not carry Math.NET's native package."),
        };

    private static int threads = Environment.ProcessorCount;

    /// <summary>The steps that loaded the native libraries, in order.</summary>
    public static IReadOnlyList<StartupStep> StartupSteps => NativeRuntime.Steps;

    /// <summary>The native libraries that are loaded.</summary>
    public static IReadOnlyList<NativeLibraryInfo> Libraries => NativeRuntime.Libraries;

    /// <summary>Whether tensors (TorchSharp) can be used.</summary>
    public static bool HasTensors => NativeRuntime.HasTensors;

    /// <summary>Whether MKL is loaded; without it everything works, on managed code.</summary>
    public static bool HasMkl => NativeRuntime.HasMkl;

    /// <summary>
    /// Whether the same input gives the same bits in every run with the same number of threads: MKL's results otherwise depend
    /// on where arrays lie in memory. True unless <c>MATH4AI_DETERMINISTIC=0</c>; it costs no time that could be measured.
    /// </summary>
    public static bool Deterministic => !HasMkl || NativeRuntime.IsReproducible;

    /// <summary>MKL's version in its own words; empty where it is not loaded.</summary>
    public static string MklVersion => HasMkl ? MklService.Version : string.Empty;

    /// <summary>The vector instructions that MKL uses, or that .NET uses where MKL is not loaded.</summary>
    public static string InstructionSet =>
        HasMkl ? MklService.InstructionSet : Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "SSE2";

    /// <summary>The processor's name.</summary>
    public static string Processor => ProcessorName.Value;

    /// <summary>What would make linear algebra faster here, one sentence each; empty where it runs at full speed.</summary>
    public static IReadOnlyList<string> SpeedAdvice() => Advice(
        Provider,
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
        Environment.GetEnvironmentVariable("MATH4AI_PROVIDER"),
        Environment.GetEnvironmentVariable("MATH4AI_MKL_DISPATCH"));

    /// <summary><see cref="SpeedAdvice"/> for any machine and setting.</summary>
    internal static IReadOnlyList<string> Advice(LinearAlgebraBackend backend, bool hasMklInTorch, string? provider, string? dispatch)
    {
        if (backend == LinearAlgebraBackend.Managed)
        {
            return
            [
                string.Equals(provider, "managed", StringComparison.OrdinalIgnoreCase) ? "MATH4AI_PROVIDER asks for managed linear algebra: unset it."
                : hasMklInTorch ? "Linear algebra runs managed although MKL comes with libtorch here: see the check that failed."
                : "Add Math.NET's packages MathNet.Numerics.Providers.MKL and MathNet.Numerics.MKL for this platform to the application: they are found by themselves.",
            ];
        }

        return dispatch == "vendor" ? ["MATH4AI_MKL_DISPATCH=vendor leaves MKL its slower code on processors other than Intel's: unset it."] : [];
    }

    /// <summary>The linear algebra and the Fourier transforms in use. Setting it installs it in Math.NET for the whole process.</summary>
    /// <exception cref="PlatformNotSupportedException">The one asked for cannot be had here.</exception>
    public static LinearAlgebraBackend Provider
    {
        get;
        set
        {
            if (!TryInstall(value))
            {
                throw new PlatformNotSupportedException(
                    $"The linear algebra '{value}' cannot be used here; run 'math4ai doctor' to see why.");
            }

            field = value;
        }
    }

    /// <summary>
    /// The threads that one computation may use, of MKL, of torch and of our own loops together; at first the number of
    /// processors that this process may use.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static int Threads
    {
        get => threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            threads = value;
            if (HasMkl)
            {
                MklService.SetNumThreads(value);
            }

            if (HasTensors)
            {
                torch.set_num_threads(value);
            }
        }
    }

    /// <summary>Makes a provider of a room above this one known; the start of the library calls it.</summary>
    internal static void Offer(
        LinearAlgebraBackend backend, Func<(ILinearAlgebraProvider, IFourierTransformProvider)> create) =>
        Providers[backend] = create;

    /// <summary>Loads the native libraries and installs the linear algebra: the fastest there is, or the one asked for.</summary>
    internal static void Start()
    {
        NativeRuntime.Start();
        if (HasMkl || HasTensors)
        {
            Threads = threads;
        }

        string wanted = Environment.GetEnvironmentVariable("MATH4AI_PROVIDER") ?? string.Empty;
        LinearAlgebraBackend[] order = wanted.ToUpperInvariant() switch
        {
            "MANAGED" => [],
            "MATHNET" => [LinearAlgebraBackend.MathNetNative],
            _ => [LinearAlgebraBackend.Mkl, LinearAlgebraBackend.MathNetNative],
        };
        Provider = order.FirstOrDefault(TryInstall, LinearAlgebraBackend.Managed);
    }

    private static bool TryInstall(LinearAlgebraBackend backend)
    {
        try
        {
            if (!Providers.TryGetValue(backend, out var create)
                || (backend == LinearAlgebraBackend.Mkl && !HasMkl))
            {
                return false;
            }

            (ILinearAlgebraProvider algebra, IFourierTransformProvider fourier) = create();
            return LinearAlgebraControl.TryUse(algebra) && FourierTransformControl.TryUse(fourier);
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
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
