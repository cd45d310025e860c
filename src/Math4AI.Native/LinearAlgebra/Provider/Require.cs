using System.Runtime.CompilerServices;

namespace Math4AI.LinearAlgebra;

/// <summary>The checks of the provider's arguments, with the exceptions that Math.NET's managed provider throws.</summary>
internal static class Require
{
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

    /// <summary>LAPACK numbers the argument that it does not take: a mistake of ours, never of the user.</summary>
    public static void Accepted(int info)
    {
        if (info < 0)
        {
            throw new InvalidOperationException($"LAPACK refused argument {-info}.");
        }
    }
}
