using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Vector operations. Addition and subtraction do the same to the real and the imaginary part: complex arrays pass as
/// real ones of twice the length. What is different for complex numbers goes to Math.NET's own loops.
/// </summary>
internal unsafe interface IMklVectors<T, TReal> : ILinearAlgebraProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    void ILinearAlgebraProvider<T>.AddVectorToScaledVector(T[] y, T alpha, T[] x, T[] result)
    {
        ArgumentNullException.ThrowIfNull(y);
        Require.Length(x, y.Length);
        Require.Length(result, y.Length);
        if (ReferenceEquals(x, result))
        {
            // Copying y would overwrite x, and BLAS does not allow x and y to share memory: MKL's own dispatch on AMD
            // processors then gives wrong sums of Complex32.
            x = (T[])x.Clone();
        }

        if (!ReferenceEquals(y, result))
        {
            y.CopyTo(result, 0);
        }

        if (Mkl<T, TReal>.IsComplex && y.Length <= Small<T>.ComplexVector)
        {
            Small<T>.Managed.AddVectorToScaledVector(result, alpha, x, result);
        }
        else if (y.Length <= Small<T>.Vector && !Mkl<T, TReal>.IsComplex)
        {
            Span<TReal> sums = Parts(result);
            ReadOnlySpan<TReal> terms = Parts(x);
            TReal factor = Unsafe.BitCast<T, TReal>(alpha);
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += factor * terms[i];
            }
        }
        else if (y.Length > 0)
        {
            fixed (T* source = x, target = result)
            {
                Mkl<T, TReal>.Axpy(y.Length, alpha, source, target);
            }
        }
    }

    void ILinearAlgebraProvider<T>.ScaleArray(T alpha, T[] x, T[] result)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Length(result, x.Length);
        if (Mkl<T, TReal>.IsComplex)
        {
            Small<T>.Managed.ScaleArray(alpha, x, result);
            return;
        }

        ReadOnlySpan<TReal> factors = Parts(x);
        Span<TReal> products = Parts(result);
        TReal factor = Unsafe.BitCast<T, TReal>(alpha);
        if (x.Length > Small<T>.Vector)
        {
            TensorPrimitives.Multiply(factors, factor, products);
            return;
        }

        for (int i = 0; i < factors.Length; i++)
        {
            products[i] = factors[i] * factor;
        }
    }

    void ILinearAlgebraProvider<T>.ConjugateArray(T[] x, T[] result)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Length(result, x.Length);
        Small<T>.Managed.ConjugateArray(x, result);
    }

    T ILinearAlgebraProvider<T>.DotProduct(T[] x, T[] y)
    {
        ArgumentNullException.ThrowIfNull(y);
        Require.Length(x, y.Length);
        if (x.Length <= Small<T>.Vector && !Mkl<T, TReal>.IsComplex)
        {
            ReadOnlySpan<TReal> a = Parts(x), b = Parts(y);
            TReal sum = TReal.Zero;
            for (int i = 0; i < a.Length; i++)
            {
                sum += a[i] * b[i];
            }

            return Unsafe.BitCast<TReal, T>(sum);
        }

        fixed (T* first = x, second = y)
        {
            return Mkl<T, TReal>.Dot(x.Length, first, second);
        }
    }

    void ILinearAlgebraProvider<T>.AddArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        ReadOnlySpan<TReal> a = Parts(x), b = Parts(y);
        Span<TReal> sums = Parts(result);
        if (a.Length > Small<T>.Vector)
        {
            TensorPrimitives.Add(a, b, sums);
            return;
        }

        for (int i = 0; i < a.Length; i++)
        {
            sums[i] = a[i] + b[i];
        }
    }

    void ILinearAlgebraProvider<T>.SubtractArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        ReadOnlySpan<TReal> a = Parts(x), b = Parts(y);
        Span<TReal> differences = Parts(result);
        if (a.Length > Small<T>.Vector)
        {
            TensorPrimitives.Subtract(a, b, differences);
            return;
        }

        for (int i = 0; i < a.Length; i++)
        {
            differences[i] = a[i] - b[i];
        }
    }

    void ILinearAlgebraProvider<T>.PointWiseMultiplyArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        if (Mkl<T, TReal>.IsComplex || x.Length <= Small<T>.Vector)
        {
            Small<T>.Managed.PointWiseMultiplyArrays(x, y, result);
        }
        else
        {
            TensorPrimitives.Multiply(Parts(x), Parts(y), Parts(result));
        }
    }

    void ILinearAlgebraProvider<T>.PointWiseDivideArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        if (Mkl<T, TReal>.IsComplex || x.Length <= Small<T>.Vector)
        {
            Small<T>.Managed.PointWiseDivideArrays(x, y, result);
        }
        else
        {
            TensorPrimitives.Divide(Parts(x), Parts(y), Parts(result));
        }
    }

    void ILinearAlgebraProvider<T>.PointWisePowerArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        Small<T>.Managed.PointWisePowerArrays(x, y, result);
    }

    double ILinearAlgebraProvider<T>.MatrixNorm(Norm norm, int rows, int columns, T[] matrix)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentNullException.ThrowIfNull(matrix);
        Require.AtLeast(matrix, (long)rows * columns);
        if (rows == 0 || columns == 0)
        {
            return 0.0;
        }

        return MatrixNorms<T, TReal>.Of(norm, rows, columns, matrix, Mkl<T, TReal>.IsComplex ? 2 : 1);
    }

    private static void RequireSameLengths(T[] x, T[] y, T[] result)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Length(y, x.Length);
        Require.Length(result, x.Length);
    }

    private static Span<TReal> Parts(T[] array) => MemoryMarshal.Cast<T, TReal>(array.AsSpan());
}
