using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Problems so small that a call of LAPACK costs more than its work go to Math.NET's own code. The orders are where the
/// two curves cross, measured in double precision with both compiled fully: up to these, managed code is the faster.
/// </summary>
internal static class Small<T>
    where T : struct
{
    public const int Inverse = 8;
    public const int ComplexLu = 8;
    public const int ComplexSolve = 12;
    public const int Qr = 1;
    public const int SingularValues = 3;

    /// <summary>Math.NET's own complex decompositions lose their accuracy where the rank is lower: those stay native.</summary>
    private static readonly bool IsReal = typeof(T) == typeof(double) || typeof(T) == typeof(float);

    public static int Svd => IsReal ? 9 : 1;

    public static int SymmetricEigen => IsReal ? 22 : 1;

    public static int GeneralEigen => IsReal ? 6 : 1;

    /// <summary>The length up to which vector operations are plain loops.</summary>
    public const int Vector = 128;

    public static ILinearAlgebraProvider<T> Managed { get; } =
        (ILinearAlgebraProvider<T>)(object)ManagedLinearAlgebraProvider.Instance;
}
