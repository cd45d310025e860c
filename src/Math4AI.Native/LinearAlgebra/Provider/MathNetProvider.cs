using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.Providers.FourierTransform;
using MathNet.Numerics.Providers.LinearAlgebra;
using MathNet.Numerics.Providers.MKL.FourierTransform;
using MathNet.Numerics.Providers.MKL.LinearAlgebra;
using MathNet.Numerics.Providers.MKL.SparseSolver;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// How Math.NET comes by a provider. It asks for one at its first operation, and when a program calls
/// <c>Control.UseBestProviders()</c> or <c>UseNativeMKL()</c>: it looks for classes by name in an assembly
/// MathNet.Numerics.Providers.MKL. Where the application does not carry that package, the classes of those names in
/// this assembly are found.
/// </summary>
internal static class MathNetProvider
{
    private const string Package = "MathNet.Numerics.Providers.MKL";

    private static int threadsOfMathNet = Environment.ProcessorCount;

    /// <summary>Gets what Math.NET's linear algebra runs on.</summary>
    public static LinearAlgebraBackend Current => LinearAlgebraControl.Provider switch
    {
        ManagedLinearAlgebraProvider => LinearAlgebraBackend.Managed,
        MklLinearAlgebraProvider => LinearAlgebraBackend.Mkl,
        _ => LinearAlgebraBackend.MathNetNative,
    };

    /// <summary>Gets what the environment asks for, or else what is fastest here.</summary>
    public static LinearAlgebraBackend Preferred =>
        Environment.GetEnvironmentVariable("MATH4AI_PROVIDER")?.ToUpperInvariant() switch
        {
            "MANAGED" => LinearAlgebraBackend.Managed,
            "MATHNET" => LinearAlgebraBackend.MathNetNative,
            _ => Compute.CanLoadMkl ? LinearAlgebraBackend.Mkl : LinearAlgebraBackend.MathNetNative,
        };

    /// <summary>
    /// Makes our providers the ones that Math.NET finds. Where it has looked already, or cannot look, as in a program
    /// of NativeAOT, they are installed at once. Trimming keeps what is found by name alone.
    /// </summary>
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(MklLinearAlgebraControl))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(MklFourierTransformControl))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(MklSparseSolverControl))]
    public static void Register()
    {
        AppDomain.CurrentDomain.AssemblyResolve += (_, missing) =>
            missing.Name.StartsWith(Package + ",", StringComparison.Ordinal) || missing.Name == Package
                ? typeof(MathNetProvider).Assembly
                : null;
        bool mayHaveLooked = !RuntimeFeature.IsDynamicCodeSupported || AppDomain.CurrentDomain.GetAssemblies()
            .Any(assembly => assembly.FullName?.StartsWith("MathNet.Numerics,", StringComparison.Ordinal) == true);
        bool findsItsOwn = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string)
            ?.Contains(Package + ".dll", StringComparison.OrdinalIgnoreCase) == true;
        if ((mayHaveLooked || findsItsOwn) && !TryInstall(Preferred))
        {
            TryInstall(LinearAlgebraBackend.Managed);
        }
    }

    /// <summary>
    /// Installs linear algebra and Fourier transforms in Math.NET; false where they cannot be used here.
    /// </summary>
    public static bool TryUse(LinearAlgebraBackend backend) =>
        (backend != LinearAlgebraBackend.Mkl || Compute.HasMkl) && TryInstall(backend);

    /// <summary>
    /// Creates what Math.NET's search for MKL finds: MKL, or managed code where <c>MATH4AI_PROVIDER</c> asks for it.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">There is no MKL.</exception>
    public static T Create<T>(Func<T> mkl, T managed) => Preferred switch
    {
        LinearAlgebraBackend.Mkl => mkl(),
        LinearAlgebraBackend.Managed => managed,
        _ => throw new PlatformNotSupportedException("MKL was not found; run 'math4ai doctor' to see why."),
    };

    /// <summary>
    /// Says whether our providers can be used, as Math.NET asks before it installs one and after each change of its
    /// settings: a change of its number of threads is obeyed.
    /// </summary>
    /// <exception cref="DllNotFoundException">There is no MKL.</exception>
    public static void Verify()
    {
        if (!Compute.CanLoadMkl)
        {
            throw new DllNotFoundException("MKL was not found; run 'math4ai doctor' to see why.");
        }

        int asked = Control.MaxDegreeOfParallelism;
        if (Interlocked.Exchange(ref threadsOfMathNet, asked) != asked)
        {
            Compute.Threads = asked;
        }
    }

    private static bool TryInstall(LinearAlgebraBackend backend) => backend switch
    {
        LinearAlgebraBackend.Managed =>
            LinearAlgebraControl.TryUse(ManagedLinearAlgebraProvider.Instance)
            && FourierTransformControl.TryUse(ManagedFourierTransformProvider.Instance),
        LinearAlgebraBackend.Mkl =>
            LinearAlgebraControl.TryUse(new MklLinearAlgebraProvider())
            && FourierTransformControl.TryUse(new MklFourierTransformProvider()),
        _ => HasPackage() && LinearAlgebraControl.TryUseNativeMKL() && FourierTransformControl.TryUseNativeMKL(),
    };

    private static bool HasPackage()
    {
        try
        {
            return Assembly.Load(Package) != typeof(MathNetProvider).Assembly;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
