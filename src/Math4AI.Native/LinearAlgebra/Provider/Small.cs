using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Problems so small that a call of LAPACK costs more than its work go to Math.NET's own code. The orders are where the
/// two curves cross, measured in double precision with both compiled fully: up to these, managed code is the faster.
/// Its iterations have thresholds that do not scale with the matrix: what they get is scaled to about 1 first.
/// </summary>
internal static class Small<T>
    where T : struct
{
    /// <summary>
    /// Gives the highest order of a symmetric eigenproblem that Math.NET's code solves, at a safe scale.
    /// </summary>
    public const int SymmetricEigen = 20;

    /// <summary>Gives the length up to which vector operations are plain loops.</summary>
    public const int Vector = 128;

    /// <summary>Gives the length up to which Math.NET's loop adds complex vectors.</summary>
    public const int ComplexVector = 16;

    public static ILinearAlgebraProvider<T> Managed { get; } =
        (ILinearAlgebraProvider<T>)(object)ManagedLinearAlgebraProvider.Instance;
}
