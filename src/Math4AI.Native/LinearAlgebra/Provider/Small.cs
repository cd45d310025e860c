using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Problems so small that a call of LAPACK costs more than its work go to Math.NET's own code. The orders are where the
/// two curves cross, measured in double precision with both compiled fully: up to these, managed code is the faster.
/// Singular values and eigenvalues are LAPACK's at every order: Math.NET's own have thresholds that do not scale with the matrix.
/// </summary>
internal static class Small<T>
    where T : struct
{
    public const int Inverse = 8;

    /// <summary>The length up to which vector operations are plain loops.</summary>
    public const int Vector = 128;

    public static ILinearAlgebraProvider<T> Managed { get; } =
        (ILinearAlgebraProvider<T>)(object)ManagedLinearAlgebraProvider.Instance;
}
