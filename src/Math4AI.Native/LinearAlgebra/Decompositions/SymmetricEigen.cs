using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>Holds the leading eigenvalues and their vectors.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <param name="Values">Descending.</param>
/// <param name="Vectors">n × k, orthonormal; column i belongs to value i.</param>
public sealed record LeadingEigen<T>(Vector<double> Values, Matrix<T> Vectors)
    where T : struct, IEquatable<T>, IFormattable;

/// <summary>
/// Computes the k largest eigenvalues of a symmetric (Hermitian) matrix and their vectors. A small k is found by
/// Lanczos' method with full orthogonalization and restarts from the best vectors found; a larger one by the full
/// decomposition (LAPACK <c>syevd</c>). Equals <c>scipy.sparse.linalg.eigsh(a, k, which="LA")</c>. Source: K. Wu, H.
/// Simon, "Thick-restart Lanczos method for large symmetric eigenvalue problems", SIAM J. Matrix Anal. Appl. 22 (2000).
/// </summary>
public static class SymmetricEigen
{
    private const int FullOrder = 400;
    private const int MaxRestarts = 300;

    // In units of ε: what is left of a vector below this is rounding.
    private const double MinRest = 4500.0;

    /// <summary>Finds the k largest.</summary>
    /// <param name="a">A symmetric matrix; the lower triangle counts.</param>
    /// <param name="count">k, from 1 to the order.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">A is not square, or k is out of range.</exception>
    public static LeadingEigen<T> Largest<T>(Matrix<T> a, int count)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount != a.ColumnCount || count < 1 || count > a.RowCount)
        {
            throw new ArgumentException(
                $"{count} eigenvalues of a {a.RowCount} × {a.ColumnCount} matrix were asked for: it must be square, "
                + "and have at least as many.");
        }

        return a.RowCount <= FullOrder || count > a.RowCount / 10
            ? Full(a, count)
            : Lanczos(a, count) ?? Full(a, count);
    }

    private static LeadingEigen<T> Full<T>(Matrix<T> a, int count)
        where T : struct, IEquatable<T>, IFormattable
    {
        var eigen = a.Evd(Symmetricity.Hermitian);
        int order = a.RowCount;
        return new LeadingEigen<T>(
            Vector<double>.Build.Dense(count, i => eigen.EigenValues[order - 1 - i].Real),
            Matrix<T>.Build.Dense(order, count, (i, j) => eigen.EigenVectors[i, order - 1 - j]));
    }

    /// <summary>
    /// The basis Q grows by A q, orthogonalized; its Ritz vectors that lead are kept at a restart. Null: not converged.
    /// </summary>
    private static LeadingEigen<T>? Lanczos<T>(Matrix<T> a, int count)
        where T : struct, IEquatable<T>, IFormattable
    {
        int order = a.RowCount;
        int most = Math.Min(order, Math.Max(2 * count + 20, 40));
        var random = new MersenneTwister(1, threadSafe: false);
        Matrix<T> basis = Matrix<T>.Build.Dense(order, most);
        Matrix<T> images = Matrix<T>.Build.Dense(order, most);
        Vector<T> next = RandomDirection<T>(order, random);
        int kept = 0;
        Vector<double>? found = null;
        for (int restart = 0; restart < MaxRestarts; restart++)
        {
            for (int column = kept; column < most; column++)
            {
                basis.SetColumn(column, next);
                Vector<T> image = a * next;
                images.SetColumn(column, image);
                next = Orthogonalized(image, basis.SubMatrix(0, order, 0, column + 1), random);
            }

            Matrix<T> projected = basis.ConjugateTransposeThisAndMultiply(images);
            var ritz = (Element<T>.Of(0.5) * (projected + projected.ConjugateTranspose())).Evd(Symmetricity.Hermitian);
            int leading = Math.Min(count + (most - count) / 3, most - 1);
            Matrix<T> best = Matrix<T>.Build.Dense(most, leading, (i, j) => ritz.EigenVectors[i, most - 1 - j]);
            Matrix<T> vectors = basis * best;
            Matrix<T> mapped = images * best;
            Vector<double> values = Vector<double>.Build.Dense(leading, i => ritz.EigenValues[most - 1 - i].Real);
            double residual = (mapped.SubMatrix(0, order, 0, count)
                - vectors.SubMatrix(0, order, 0, count).MultiplyColumns(values.SubVector(0, count))).FrobeniusNorm();
            double tolerance = order * Element<T>.Epsilon * values.AbsoluteMaximum();
            bool isConverged = residual <= tolerance;
            if (isConverged && found is not null && (found - values.SubVector(0, count)).AbsoluteMaximum() <= tolerance)
            {
                return new LeadingEigen<T>(values.SubVector(0, count), vectors.SubMatrix(0, order, 0, count));
            }

            // One starting direction finds one vector of a multiple eigenvalue; a new direction finds the others.
            found = isConverged ? values.SubVector(0, count) : null;
            basis.SetSubMatrix(0, 0, vectors);
            images.SetSubMatrix(0, 0, mapped);
            kept = leading;
            next = Orthogonalized(isConverged ? RandomDirection<T>(order, random) : next, vectors, random);
        }

        return null;
    }

    /// <summary>The direction that a vector has beside a basis; any other where it has none.</summary>
    private static Vector<T> Orthogonalized<T>(Vector<T> vector, Matrix<T> basis, MersenneTwister random)
        where T : struct, IEquatable<T>, IFormattable
    {
        double length = vector.L2Norm();
        for (int attempt = 0; attempt < 5; attempt++)
        {
            Vector<T> rest = vector - basis * basis.ConjugateTransposeThisAndMultiply(vector);
            rest -= basis * basis.ConjugateTransposeThisAndMultiply(rest);
            if (rest.L2Norm() > MinRest * Element<T>.Epsilon * length)
            {
                return rest.Normalize(2.0);
            }

            vector = RandomDirection<T>(vector.Count, random);
            length = 1.0;
        }

        return vector;
    }

    private static Vector<T> RandomDirection<T>(int order, MersenneTwister random)
        where T : struct, IEquatable<T>, IFormattable =>
        Vector<T>.Build.Dense(order, _ => Element<T>.Of(random.NextDouble() - 0.5)).Normalize(2.0);
}
