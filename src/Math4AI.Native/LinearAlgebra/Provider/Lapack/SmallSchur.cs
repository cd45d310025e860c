namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// The real Schur form of a small matrix, H = Z T Zᵀ: T is upper triangular but for blocks of 2 × 2 with equal diagonal
/// elements, one for each pair of complex eigenvalues. Householder's reduction to Hessenberg form, then Francis's
/// double shifts. Sources: G. Golub, C. Van Loan, "Matrix Computations", 4th ed. (2013), section 7.5; M. Ahues, F.
/// Tisseur, "A new deflation criterion for the QR algorithm", LAPACK Working Note 122 (1997).
/// </summary>
/// <param name="h">H, column-major, which T replaces.</param>
/// <param name="z">
/// Z, column-major: the identity, or an orthogonal matrix that Z is multiplied to from the right.
/// </param>
/// <param name="order">The order of both.</param>
/// <param name="low">The first row that is not triangular yet.</param>
/// <param name="high">The last row that is not triangular yet.</param>
internal readonly unsafe ref struct SmallSchur(double* h, double* z, int order, int low, int high)
{
    private const double Ulp = 2.220446049250313e-16;
    private const double Smallest = 1e-290;

    // Where squares are larger than this, their sum has all its digits.
    private const double SafeSquare = 1e-280;
    private const int MaxSteps = 40;

    private readonly double* h = h;
    private readonly double* z = z;
    private readonly int order = order;
    private readonly int low = low;
    private readonly int high = high;

    /// <summary>Computes T and Z.</summary>
    /// <returns>False where the shifts did not come to an end.</returns>
    public bool TryDecompose()
    {
        for (int column = low; column < high - 1; column++)
        {
            Reduce(column);
        }

        int steps = 0;
        for (int end = high; end >= low;)
        {
            int start = end;
            while (start > low && !IsNegligible(start))
            {
                start--;
            }

            if (start > low)
            {
                At(start, start - 1) = 0.0;
            }

            if (start >= end - 1)
            {
                if (start == end - 1)
                {
                    Standardize(start);
                }

                end = start - 1;
                steps = 0;
            }
            else if (steps++ == MaxSteps)
            {
                return false;
            }
            else
            {
                Sweep(start, end, Shifts(start, end, steps));
            }
        }

        return true;
    }

    private ref double At(int row, int column) => ref h[row + column * order];

    /// <summary>Clears a column below its subdiagonal by a reflection.</summary>
    private void Reduce(int column)
    {
        double* x = h + column * order;
        int first = column + 1;
        double square = 0.0;
        for (int i = first + 1; i <= high; i++)
        {
            square += x[i] * x[i];
        }

        if (square == 0.0)
        {
            // What is not zero there vanishes beside the rounding of the largest element.
            new Span<double>(x + first + 1, high - first).Clear();
            return;
        }

        double beta = -Math.CopySign(Math.Sqrt(x[first] * x[first] + square), x[first]);
        double tau = (beta - x[first]) / beta, factor = 1.0 / (x[first] - beta);
        double* v = stackalloc double[order];
        v[first] = 1.0;
        for (int i = first + 1; i <= high; i++)
        {
            v[i] = x[i] * factor;
            x[i] = 0.0;
        }

        x[first] = beta;
        ReflectRows(v, tau, first);
        ReflectColumns(h, high + 1, v, tau, first);
        ReflectColumns(z, order, v, tau, first);
    }

    /// <summary>(I − τ v vᵀ) H, from a column on.</summary>
    private void ReflectRows(double* v, double tau, int first)
    {
        for (int j = first; j < order; j++)
        {
            double* column = h + j * order;
            double sum = 0.0;
            for (int i = first; i <= high; i++)
            {
                sum += v[i] * column[i];
            }

            sum *= tau;
            for (int i = first; i <= high; i++)
            {
                column[i] -= sum * v[i];
            }
        }
    }

    /// <summary>A (I − τ v vᵀ), the first rows of it.</summary>
    private void ReflectColumns(double* a, int rows, double* v, double tau, int first)
    {
        for (int i = 0; i < rows; i++)
        {
            double sum = 0.0;
            for (int j = first; j <= high; j++)
            {
                sum += a[i + j * order] * v[j];
            }

            sum *= tau;
            for (int j = first; j <= high; j++)
            {
                a[i + j * order] -= sum * v[j];
            }
        }
    }

    /// <summary>
    /// Whether a subdiagonal element is so small beside its neighbors that it changes no eigenvalue by more than
    /// rounding.
    /// </summary>
    private bool IsNegligible(int k)
    {
        double sub = Math.Abs(At(k, k - 1));
        if (sub <= Smallest)
        {
            return true;
        }

        double diagonal = Math.Abs(At(k - 1, k - 1)) + Math.Abs(At(k, k));
        if (diagonal == 0.0)
        {
            diagonal = (k - 2 >= low ? Math.Abs(At(k - 1, k - 2)) : 0.0) + (k < high ? Math.Abs(At(k + 1, k)) : 0.0);
        }

        if (sub > Ulp * diagonal)
        {
            return false;
        }

        double super = Math.Abs(At(k - 1, k)), difference = Math.Abs(At(k - 1, k - 1) - At(k, k));
        double last = Math.Abs(At(k, k)), larger = Math.Max(last, difference), smaller = Math.Min(last, difference);
        double sum = larger + Math.Max(sub, super);
        return Math.Min(sub, super) * (Math.Max(sub, super) / sum)
            <= Math.Max(Smallest, Ulp * (smaller * (larger / sum)));
    }

    /// <summary>
    /// The eigenvalues of the last 2 × 2, as a pair of real or of conjugate numbers; from time to time others, which
    /// break cycles.
    /// </summary>
    private (double First, double Second, double Imaginary) Shifts(int start, int end, int steps)
    {
        double a = At(end - 1, end - 1), b = At(end - 1, end), c = At(end, end - 1), d = At(end, end);
        if (steps % 10 == 0)
        {
            double size = steps % 20 == 0
                ? Math.Abs(c) + Math.Abs(At(end - 1, end - 2))
                : Math.Abs(At(start + 1, start)) + Math.Abs(At(start + 2, start + 1));
            a = d = 0.75 * size + (steps % 20 == 0 ? d : At(start, start));
            (b, c) = (-0.4375 * size, size);
        }

        double scale = Math.Abs(a) + Math.Abs(b) + Math.Abs(c) + Math.Abs(d);
        if (scale == 0.0)
        {
            return default;
        }

        double inverse = 1.0 / scale;
        (a, b, c, d) = (a * inverse, b * inverse, c * inverse, d * inverse);
        double mean = (a + d) / 2.0, determinant = (a - mean) * (d - mean) - b * c;
        double root = Math.Sqrt(Math.Abs(determinant));
        if (determinant >= 0.0)
        {
            return (mean * scale, mean * scale, root * scale);
        }

        double nearest = Math.Abs(mean + root - d) <= Math.Abs(mean - root - d) ? mean + root : mean - root;
        return (nearest * scale, nearest * scale, 0.0);
    }

    /// <summary>One double shift: a bulge of two elements below the subdiagonal goes down from start to end.</summary>
    private void Sweep(int start, int end, (double First, double Second, double Imaginary) shifts)
    {
        int top = end - 2;
        (double X, double Y, double Z) v;
        while (true)
        {
            v = FirstColumn(top, shifts);
            if (top == start || IsSmallBefore(top, v))
            {
                break;
            }

            top--;
        }

        for (int k = top; k < end; k++)
        {
            bool isPair = k == end - 1;
            if (k > top)
            {
                v = (At(k, k - 1), At(k + 1, k - 1), isPair ? 0.0 : At(k + 2, k - 1));
            }

            (double beta, double tau) = Reflection(ref v);
            if (k > top)
            {
                (At(k, k - 1), At(k + 1, k - 1)) = (beta, 0.0);
                if (!isPair)
                {
                    At(k + 2, k - 1) = 0.0;
                }
            }
            else if (k > start)
            {
                At(k, k - 1) *= 1.0 - tau;
            }

            // A pair takes its second row as a third one, with the factor 0.
            Reflect(k, isPair ? k + 1 : k + 2, Math.Min(k + 3, end), v.Y, v.Z, tau);
        }
    }

    /// <summary>
    /// The first column of (H − first shift) (H − second shift), which begins at a row, up to a factor.
    /// </summary>
    private (double X, double Y, double Z) FirstColumn(
        int m, (double First, double Second, double Imaginary) shifts)
    {
        double diagonal = At(m, m), sub = At(m + 1, m);
        double scale = Math.Abs(diagonal - shifts.Second) + Math.Abs(shifts.Imaginary) + Math.Abs(sub);
        double inverse = 1.0 / scale, part = sub * inverse;
        double x = part * At(m, m + 1) + (diagonal - shifts.First) * ((diagonal - shifts.Second) * inverse)
            + shifts.Imaginary * (shifts.Imaginary * inverse);
        double y = part * (diagonal + At(m + 1, m + 1) - shifts.First - shifts.Second), w = part * At(m + 2, m + 1);
        return (x, y, w);
    }

    private bool IsSmallBefore(int m, (double X, double Y, double Z) v) =>
        Math.Abs(At(m, m - 1)) * (Math.Abs(v.Y) + Math.Abs(v.Z))
        <= Ulp * Math.Abs(v.X) * (Math.Abs(At(m - 1, m - 1)) + Math.Abs(At(m, m)) + Math.Abs(At(m + 1, m + 1)));

    /// <summary>Turns x into the (1, y, z) of I − τ v vᵀ, which maps x to (β, 0, 0).</summary>
    private static (double Beta, double Tau) Reflection(ref (double X, double Y, double Z) v)
    {
        if (v.Y == 0.0 && v.Z == 0.0)
        {
            (double only, v) = (v.X, (1.0, 0.0, 0.0));
            return (only, 0.0);
        }

        double square = v.X * v.X + v.Y * v.Y + v.Z * v.Z;
        if (square < SafeSquare)
        {
            double up = 1.0 / (Math.Abs(v.X) + Math.Abs(v.Y) + Math.Abs(v.Z));
            v = (v.X * up, v.Y * up, v.Z * up);
            (double scaled, double same) = Reflection(ref v);
            return (scaled / up, same);
        }

        double beta = -Math.CopySign(Math.Sqrt(square), v.X), factor = 1.0 / (v.X - beta);
        double tau = (beta - v.X) / beta;
        v = (1.0, v.Y * factor, v.Z * factor);
        return (beta, tau);
    }

    /// <summary>Applies (1, y, z) to three rows of H, and to three columns of H and Z.</summary>
    private void Reflect(int k, int third, int lastRow, double y, double w, double tau)
    {
        double ty = tau * y, tw = tau * w;
        for (int j = k; j < order; j++)
        {
            double* column = h + j * order;
            double sum = column[k] + y * column[k + 1] + w * column[third];
            column[k] -= sum * tau;
            column[k + 1] -= sum * ty;
            column[third] -= sum * tw;
        }

        ReflectThree(h, lastRow + 1, k, third, y, w, tau);
        ReflectThree(z, order, k, third, y, w, tau);
    }

    private void ReflectThree(double* a, int rows, int k, int third, double y, double w, double tau)
    {
        double* one = a + k * order, two = one + order, three = a + third * order;
        double ty = tau * y, tw = tau * w;
        for (int i = 0; i < rows; i++)
        {
            double sum = one[i] + y * two[i] + w * three[i];
            one[i] -= sum * tau;
            two[i] -= sum * ty;
            three[i] -= sum * tw;
        }
    }

    /// <summary>Turns a block of 2 × 2 until it is triangular, or has equal diagonal elements.</summary>
    private void Standardize(int k)
    {
        (double cos, double sin) = StandardForm.Of(
            ref At(k, k), ref At(k, k + 1), ref At(k + 1, k), ref At(k + 1, k + 1));
        for (int j = k + 2; j < order; j++)
        {
            double* column = h + j * order;
            (column[k], column[k + 1]) =
                (cos * column[k] + sin * column[k + 1], cos * column[k + 1] - sin * column[k]);
        }

        Rotate(h, k, k, cos, sin);
        Rotate(z, order, k, cos, sin);
    }

    private void Rotate(double* a, int rows, int k, double cos, double sin)
    {
        double* one = a + k * order, two = one + order;
        for (int i = 0; i < rows; i++)
        {
            (one[i], two[i]) = (cos * one[i] + sin * two[i], cos * two[i] - sin * one[i]);
        }
    }
}
