using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// The k largest eigenvalues of a symmetric matrix and their vectors. Where k is small, by Lanczos' method with full
/// orthogonalisation and restarts from the best vectors found; else from the full decomposition (LAPACK <c>syevd</c>).
/// Equals <c>scipy.sparse.linalg.eigsh(a, k, which="LA")</c>.
/// Source: K. Wu, H. Simon, "Thick-restart Lanczos method for large symmetric eigenvalue problems", SIAM J. Matrix Anal. Appl.
/// 22 (2000).
/// </summary>
/// <param name="Values">Descending.</param>
/// <param name="Vectors">n × k, orthonormal; column i belongs to value i.</param>
public sealed record SymmetricEigen(Vector<double> Values, Matrix<double> Vectors)
{
    private const int FullOrder = 400;
    private const int MostRestarts = 300;

    /// <summary>Finds the k largest.</summary>
    /// <param name="a">A symmetric matrix; the lower triangle counts.</param>
    /// <param name="count">k, from 1 to the order.</param>
    /// <exception cref="ArgumentException">A is not square, or k is out of range.</exception>
    public static SymmetricEigen Largest(Matrix<double> a, int count)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount != a.ColumnCount || count < 1 || count > a.RowCount)
        {
            throw new ArgumentException(
                $"{count} eigenvalues of a {a.RowCount} × {a.ColumnCount} matrix were asked for: it must be square, and have "
                + "at least as many.");
        }

        return a.RowCount <= FullOrder || count > a.RowCount / 10
            ? Full(a, count)
            : Lanczos(a, count) ?? Full(a, count);
    }

    private static SymmetricEigen Full(Matrix<double> a, int count)
    {
        var eigen = a.Evd(Symmetricity.Symmetric);
        int order = a.RowCount;
        return new SymmetricEigen(
            DenseVector.Create(count, i => eigen.EigenValues[order - 1 - i].Real),
            DenseMatrix.Create(order, count, (i, j) => eigen.EigenVectors[i, order - 1 - j]));
    }

    /// <summary>The basis Q grows by A q, orthogonalised; its Ritz vectors that lead are kept at a restart. Null: not converged.</summary>
    private static SymmetricEigen? Lanczos(Matrix<double> a, int count)
    {
        int order = a.RowCount;
        int most = Math.Min(order, Math.Max(2 * count + 20, 40));
        var random = new MersenneTwister(1, threadSafe: false);
        Matrix<double> basis = DenseMatrix.Create(order, most, 0.0);
        Matrix<double> images = DenseMatrix.Create(order, most, 0.0);
        Vector<double> next = DenseVector.Create(order, _ => random.NextDouble() - 0.5).Normalize(2.0);
        int kept = 0;
        for (int restart = 0; restart < MostRestarts; restart++)
        {
            for (int column = kept; column < most; column++)
            {
                basis.SetColumn(column, next);
                Vector<double> image = a * next;
                images.SetColumn(column, image);
                next = Orthogonalised(image, basis.SubMatrix(0, order, 0, column + 1), random);
            }

            Matrix<double> projected = basis.TransposeThisAndMultiply(images);
            var ritz = ((projected + projected.Transpose()) / 2.0).Evd(Symmetricity.Symmetric);
            int leading = Math.Min(count + (most - count) / 3, most - 1);
            Matrix<double> best = DenseMatrix.Create(most, leading, (i, j) => ritz.EigenVectors[i, most - 1 - j]);
            Matrix<double> vectors = basis * best;
            Matrix<double> mapped = images * best;
            Vector<double> values = DenseVector.Create(leading, i => ritz.EigenValues[most - 1 - i].Real);
            double residual = (mapped.SubMatrix(0, order, 0, count)
                - vectors.SubMatrix(0, order, 0, count).MultiplyColumns(values.SubVector(0, count))).FrobeniusNorm();
            double epsilon = double.BitIncrement(1.0) - 1.0;
            if (residual <= order * epsilon * values.AbsoluteMaximum())
            {
                return new SymmetricEigen(values.SubVector(0, count), vectors.SubMatrix(0, order, 0, count));
            }

            basis.SetSubMatrix(0, 0, vectors);
            images.SetSubMatrix(0, 0, mapped);
            kept = leading;
            next = Orthogonalised(next, vectors, random);
        }

        return null;
    }

    /// <summary>The direction that a vector has beside a basis; any other where it has none.</summary>
    private static Vector<double> Orthogonalised(Vector<double> vector, Matrix<double> basis, MersenneTwister random)
    {
        double length = vector.L2Norm();
        for (int attempt = 0; attempt < 5; attempt++)
        {
            Vector<double> rest = vector - basis * basis.TransposeThisAndMultiply(vector);
            rest -= basis * basis.TransposeThisAndMultiply(rest);
            if (rest.L2Norm() > 1e-12 * length)
            {
                return rest.Normalize(2.0);
            }

            vector = DenseVector.Create(vector.Count, _ => random.NextDouble() - 0.5);
            length = vector.L2Norm();
        }

        return vector.Normalize(2.0);
    }
}
