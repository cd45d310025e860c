using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// Problems so small that a call of LAPACK costs more than its work go to Math.NET's own code. The orders are where the
/// two curves cross (benchmarks/README.md shows them): up to these, managed code is the faster.
/// </summary>
internal static class Small<T>
    where T : struct
{
    public const int Solve = 2;
    public const int Inverse = 1;
    public const int Qr = 1;
    public const int Svd = 2;
    public const int SingularValues = 3;
    public const int SymmetricEigen = 3;
    public const int GeneralEigen = 2;

    /// <summary>The length up to which vector operations are plain loops.</summary>
    public const int Vector = 128;

    public static ILinearAlgebraProvider<T> Managed { get; } =
        (ILinearAlgebraProvider<T>)(object)ManagedLinearAlgebraProvider.Instance;
}
