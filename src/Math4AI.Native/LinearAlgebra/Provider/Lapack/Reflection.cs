using System.Numerics;
using Math4AI.Interop.Mkl;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// H = I − 2 v vᵀ with a random real unit vector v. H A H has the eigenvalues of A to rounding, and none of its
/// structure: MKL's iterations come to their end on it where they do not on A.
/// </summary>
internal sealed unsafe class Reflection<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    private readonly int order;
    private readonly T[] v;

    public Reflection(int order, int seed)
    {
        var random = new Random(seed);
        double[] direction = [.. Enumerable.Range(0, order).Select(_ => random.NextDouble() - 0.5)];
        double length = Math.Sqrt(direction.Sum(x => x * x));
        this.order = order;
        v = [.. direction.Select(x => Mkl<T, TReal>.FromReal(x / length))];
    }

    /// <summary>Computes A ← H A H.</summary>
    public void ApplyToBothSides(T[] a)
    {
        ApplyFromLeft(a);
        T[] image = new T[order];
        fixed (T* pa = a, pv = v, p = image)
        {
            Mkl<T, TReal>.Gemv((byte)'N', order, order, Mkl<T, TReal>.One, pa, order, pv, Mkl<T, TReal>.Zero, p);
            Subtract(p, pv, pa);
        }
    }

    /// <summary>Computes A ← H A.</summary>
    public void ApplyFromLeft(T[] a)
    {
        T[] image = new T[order];
        fixed (T* pa = a, pv = v, p = image)
        {
            Mkl<T, TReal>.Gemv((byte)'T', order, order, Mkl<T, TReal>.One, pa, order, pv, Mkl<T, TReal>.Zero, p);
            Subtract(pv, p, pa);
        }
    }

    /// <summary>A ← A − 2 x yᵀ.</summary>
    private void Subtract(T* x, T* y, T* a) =>
        Mkl<T, TReal>.Gemm((byte)'N', (byte)'T', order, order, 1, Mkl<T, TReal>.FromReal(-2.0), x, order, y, order,
            Mkl<T, TReal>.One, a, order);
}
