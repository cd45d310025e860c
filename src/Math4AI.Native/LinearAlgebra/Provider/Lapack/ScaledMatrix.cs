using System.Numerics;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// A matrix that is only read, at a safe scale: its own array where that is safe, a scaled copy where it is not.
/// </summary>
internal readonly ref struct ScaledMatrix<T, TReal> : IDisposable
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    private readonly Workspace<T> copy;

    public ScaledMatrix(T[] matrix)
    {
        Exponent = SafeScale<T, TReal>.ExponentIfFinite(matrix);
        Array = matrix;
        if (Exponent != 0)
        {
            copy = new Workspace<T>(matrix);
            Array = copy.Array;
            SafeScale<T, TReal>.Multiply(Array.AsSpan(0, matrix.Length), Exponent);
        }
    }

    public T[] Array { get; }

    /// <summary>Gets k, where the array holds the matrix times 2ᵏ.</summary>
    public int Exponent { get; }

    public void Dispose()
    {
        if (Exponent != 0)
        {
            copy.Dispose();
        }
    }
}
