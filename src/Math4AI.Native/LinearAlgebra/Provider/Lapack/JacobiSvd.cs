using System.Numerics;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// The singular value decomposition of small real matrices by one-sided Jacobi rotations, which make the columns of A V
/// orthogonal: A V = U Σ. At these sizes it takes less time than a call of LAPACK's <c>gesdd</c>, and small singular
/// values have more correct digits. Source: J. Demmel, K. Veselić, "Jacobi's method is more accurate than QR", SIAM J.
/// Matrix Anal. Appl. 13 (1992).
/// </summary>
internal static class JacobiSvd<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Gives the largest number of rows, and of columns, that is decomposed here.</summary>
    public const int MaxOrder = 6;

    private const int MaxSweeps = 40;

    // Products of columns below this come from elements that vanish beside those of about 1.
    private static readonly T Negligible = T.ScaleB(T.One, T.ILogB(T.Epsilon) * 2 / 3);

    // From here on 1 + ζ² is ζ².
    private static readonly T Steep = T.ScaleB(T.One, 60);

    /// <summary>Decomposes a matrix whose largest element is about 1.</summary>
    /// <param name="a">A, rows × columns, column-major.</param>
    /// <param name="rows">The rows of A.</param>
    /// <param name="columns">The columns of A.</param>
    /// <param name="s">The singular values, descending.</param>
    /// <param name="u">U, as many columns as it has room for; empty where no vectors are asked for.</param>
    /// <param name="vt">Vᵀ, with <paramref name="rowsVt"/> rows.</param>
    /// <param name="rowsVt">The rows of Vᵀ: the lesser of rows and columns, or the columns of A.</param>
    /// <returns>False where the rotations did not come to an end.</returns>
    public static bool TryDecompose(
        ReadOnlySpan<T> a, int rows, int columns, Span<T> s, Span<T> u, Span<T> vt, int rowsVt)
    {
        bool isWide = rows < columns;
        (int m, int n) = isWide ? (columns, rows) : (rows, columns);
        Span<T> work = stackalloc T[m * m], v = stackalloc T[n * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                work[j * m + i] = isWide ? a[i * rows + j] : a[j * rows + i];
            }
        }

        v.Clear();
        for (int i = 0; i < n; i++)
        {
            v[i * (n + 1)] = T.One;
        }

        if (!TryOrthogonalize(work, m, v, n))
        {
            return false;
        }

        SortByNorm(work, m, v, n, s);
        if (u.IsEmpty)
        {
            return true;
        }

        Span<T> left = isWide ? v : work, right = isWide ? work : v;
        CompleteBasis(work, m, n, s);
        left[..u.Length].CopyTo(u);
        for (int row = 0; row < rowsVt; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                vt[column * rowsVt + row] = right[row * columns + column];
            }
        }

        return true;
    }

    private static bool TryOrthogonalize(Span<T> work, int m, Span<T> v, int n)
    {
        T tolerance = T.BitIncrement(T.One) - T.One;
        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            bool hasRotated = false;
            for (int p = 0; p < n - 1; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    Span<T> x = work.Slice(p * m, m), y = work.Slice(q * m, m);
                    T alpha = Dot(x, x), beta = Dot(y, y), gamma = Dot(x, y);
                    if (T.Abs(gamma) <= Negligible || T.Abs(gamma) <= tolerance * T.Sqrt(alpha) * T.Sqrt(beta))
                    {
                        continue;
                    }

                    // The smaller angle that makes them orthogonal.
                    hasRotated = true;
                    T zeta = (beta - alpha) / (gamma + gamma);
                    T tangent = T.Abs(zeta) > Steep
                        ? T.One / (zeta + zeta)
                        : T.CopySign(T.One, zeta) / (T.Abs(zeta) + T.Sqrt(T.One + zeta * zeta));
                    T cosine = T.One / T.Sqrt(T.One + tangent * tangent);
                    Rotate(x, y, cosine, cosine * tangent);
                    Rotate(v.Slice(p * n, n), v.Slice(q * n, n), cosine, cosine * tangent);
                }
            }

            if (!hasRotated)
            {
                return true;
            }
        }

        return false;
    }

    private static void Rotate(Span<T> x, Span<T> y, T cosine, T sine)
    {
        for (int i = 0; i < x.Length; i++)
        {
            (x[i], y[i]) = (cosine * x[i] - sine * y[i], sine * x[i] + cosine * y[i]);
        }
    }

    private static void SortByNorm(Span<T> work, int m, Span<T> v, int n, Span<T> s)
    {
        for (int j = 0; j < n; j++)
        {
            s[j] = Norm(work.Slice(j * m, m));
        }

        for (int j = 0; j < n; j++)
        {
            int largest = j;
            for (int k = j + 1; k < n; k++)
            {
                largest = s[k] > s[largest] ? k : largest;
            }

            (s[j], s[largest]) = (s[largest], s[j]);
            Exchange(work.Slice(j * m, m), work.Slice(largest * m, m));
            Exchange(v.Slice(j * n, n), v.Slice(largest * n, n));
        }
    }

    private static void Exchange(Span<T> x, Span<T> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            (x[i], y[i]) = (y[i], x[i]);
        }
    }

    /// <summary>
    /// Divides the first n columns by their singular values, and makes all m columns orthonormal: those whose singular
    /// value is rounding have no direction that counts.
    /// </summary>
    private static void CompleteBasis(Span<T> work, int m, int n, ReadOnlySpan<T> s)
    {
        T rounding = T.CreateChecked(m) * (T.BitIncrement(T.One) - T.One) * s[0];
        for (int j = 0, axis = 0; j < m; j++)
        {
            Span<T> column = work.Slice(j * m, m);
            if (j < n && s[j] > rounding)
            {
                Divide(column, s[j]);
                continue;
            }

            bool isOwn = j < n && s[j] > T.Zero;
            Divide(column, isOwn ? s[j] : T.One);
            while (!isOwn || !TryProject(column, work[..(j * m)]))
            {
                column.Clear();
                column[axis++] = T.One;
                isOwn = true;
            }
        }
    }

    /// <summary>
    /// Takes from a unit vector what lies in an orthonormal basis; false where hardly anything is left.
    /// </summary>
    private static bool TryProject(Span<T> x, ReadOnlySpan<T> basis)
    {
        for (int pass = 0; pass < 3; pass++)
        {
            for (int at = 0; at < basis.Length; at += x.Length)
            {
                ReadOnlySpan<T> q = basis.Slice(at, x.Length);
                T share = Dot(x, q);
                for (int i = 0; i < x.Length; i++)
                {
                    x[i] -= share * q[i];
                }
            }

            T rest = Norm(x);
            if (rest < T.CreateChecked(0.1))
            {
                return false;
            }

            Divide(x, rest);
        }

        return true;
    }

    private static void Divide(Span<T> x, T divisor)
    {
        for (int i = 0; i < x.Length; i++)
        {
            x[i] /= divisor;
        }
    }

    private static T Dot(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    private static T Norm(ReadOnlySpan<T> x)
    {
        T largest = T.Zero, squares = T.Zero;
        foreach (T element in x)
        {
            largest = T.Max(largest, T.Abs(element));
        }

        if (T.IsZero(largest))
        {
            return largest;
        }

        foreach (T element in x)
        {
            T share = element / largest;
            squares += share * share;
        }

        return largest * T.Sqrt(squares);
    }
}
