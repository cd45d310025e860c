using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MathNet.Numerics;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// The checks of the provider's arguments, with the exceptions that Math.NET's managed provider throws.
/// </summary>
internal static class Require
{
    public const string NotFinite = "The matrix holds NaN or infinity.";

    public static void Length<TItem>(
        TItem[] array, long length, [CallerArgumentExpression(nameof(array))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(array, name);
        if (array.LongLength != length)
        {
            throw new ArgumentException(
                $"The array has {array.LongLength} elements, and {length} are needed.", name);
        }
    }

    public static void AtLeast<TItem>(
        TItem[] array, long length, [CallerArgumentExpression(nameof(array))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(array, name);
        if (array.LongLength < length)
        {
            throw new ArgumentException(
                $"The array has {array.LongLength} elements, and at least {length} are needed.", name);
        }
    }

    public static void Different(object a, object b)
    {
        if (ReferenceEquals(a, b))
        {
            throw new ArgumentException("Arguments must be different objects.");
        }
    }

    /// <summary>
    /// Requires that no element is NaN or infinity: LAPACK's iterations read beyond their arrays, or never end, where a
    /// matrix holds NaN or infinity; Math.NET's own find no end either, and say so.
    /// </summary>
    /// <exception cref="NonConvergenceException">An element is not finite.</exception>
    /// <param name="matrix">One element or more.</param>
    public static void Finite<T, TReal>(ReadOnlySpan<T> matrix)
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
    {
        if (!AreFinite<T, TReal>(matrix))
        {
            throw new NonConvergenceException(NotFinite);
        }
    }

    /// <summary>
    /// Returns whether no element is NaN or infinity; the largest magnitude is NaN where any element is.
    /// </summary>
    public static bool AreFinite<T, TReal>(ReadOnlySpan<T> matrix)
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal> =>
        TReal.IsFinite(TensorPrimitives.MaxMagnitude<TReal>(MemoryMarshal.Cast<T, TReal>(matrix)));

    /// <summary>
    /// Requires that LAPACK took its arguments. It numbers the one that it does not take: a mistake of ours, never of
    /// the user.
    /// </summary>
    public static void Accepted(int info)
    {
        if (info < 0)
        {
            throw new InvalidOperationException($"LAPACK refused argument {-info}.");
        }
    }
}
