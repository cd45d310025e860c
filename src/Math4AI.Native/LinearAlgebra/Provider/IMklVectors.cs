using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// Vector operations. Addition, subtraction and scaling by a real number do the same to the real and the imaginary part:
/// complex arrays pass as real ones of twice the length.
/// </summary>
internal unsafe interface IMklVectors<T, TReal, TMkl> : ILinearAlgebraProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
    where TMkl : struct, IMklElement<T, TReal>
{
    private static ILinearAlgebraProvider<T> Managed =>
        (ILinearAlgebraProvider<T>)(object)ManagedLinearAlgebraProvider.Instance;

    void ILinearAlgebraProvider<T>.AddVectorToScaledVector(T[] y, T alpha, T[] x, T[] result)
    {
        ArgumentNullException.ThrowIfNull(y);
        Require.Length(x, y.Length);
        Require.Length(result, y.Length);
        if (!ReferenceEquals(y, result))
        {
            y.CopyTo(result, 0);
        }

        if (y.Length > 0 && !alpha.Equals(TMkl.Zero))
        {
            fixed (T* source = x, target = result)
            {
                TMkl.Axpy(y.Length, alpha, source, target);
            }
        }
    }

    void ILinearAlgebraProvider<T>.ScaleArray(T alpha, T[] x, T[] result)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Length(result, x.Length);
        if (TMkl.IsComplex)
        {
            Managed.ScaleArray(alpha, x, result);
        }
        else
        {
            TensorPrimitives.Multiply(Parts(x), Unsafe.BitCast<T, TReal>(alpha), Parts(result));
        }
    }

    void ILinearAlgebraProvider<T>.ConjugateArray(T[] x, T[] result)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Length(result, x.Length);
        Managed.ConjugateArray(x, result);
    }

    T ILinearAlgebraProvider<T>.DotProduct(T[] x, T[] y)
    {
        ArgumentNullException.ThrowIfNull(y);
        Require.Length(x, y.Length);
        fixed (T* first = x, second = y)
        {
            return TMkl.Dot(x.Length, first, second);
        }
    }

    void ILinearAlgebraProvider<T>.AddArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        TensorPrimitives.Add(Parts(x), Parts(y), Parts(result));
    }

    void ILinearAlgebraProvider<T>.SubtractArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        TensorPrimitives.Subtract(Parts(x), Parts(y), Parts(result));
    }

    void ILinearAlgebraProvider<T>.PointWiseMultiplyArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        if (TMkl.IsComplex)
        {
            Managed.PointWiseMultiplyArrays(x, y, result);
        }
        else
        {
            TensorPrimitives.Multiply(Parts(x), Parts(y), Parts(result));
        }
    }

    void ILinearAlgebraProvider<T>.PointWiseDivideArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        if (TMkl.IsComplex)
        {
            Managed.PointWiseDivideArrays(x, y, result);
        }
        else
        {
            TensorPrimitives.Divide(Parts(x), Parts(y), Parts(result));
        }
    }

    void ILinearAlgebraProvider<T>.PointWisePowerArrays(T[] x, T[] y, T[] result)
    {
        RequireSameLengths(x, y, result);
        Managed.PointWisePowerArrays(x, y, result);
    }

    double ILinearAlgebraProvider<T>.MatrixNorm(Norm norm, int rows, int columns, T[] matrix) =>
        Managed.MatrixNorm(norm, rows, columns, matrix);

    private static void RequireSameLengths(T[] x, T[] y, T[] result)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require.Length(y, x.Length);
        Require.Length(result, x.Length);
    }

    private static Span<TReal> Parts(T[] array) => MemoryMarshal.Cast<T, TReal>(array.AsSpan());
}
