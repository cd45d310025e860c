using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Quality;

/// <summary>Measures how well an unmixing undoes a known mixing.</summary>
public static class SeparationQuality
{
    /// <summary>
    /// Computes the Amari error of P = unmixing · mixing, m × m: Σ_i (Σ_j |p_ij| / max_j |p_ij| − 1) / 2m, and the same
    /// by columns. It is 0 where P is a permutation times a diagonal, that is, where every source is found, and at most
    /// m − 1. Source: S. Amari, A. Cichocki, H. H. Yang, "A new learning algorithm for blind signal separation", NIPS 8
    /// (1996), with the scaling of F. Bach and M. Jordan, "Kernel independent component analysis", JMLR 3 (2002),
    /// section 6.1.
    /// </summary>
    /// <param name="product">P, square.</param>
    /// <exception cref="ArgumentException">P is not square.</exception>
    public static double AmariError(Matrix<double> product)
    {
        ArgumentNullException.ThrowIfNull(product);
        if (product.RowCount != product.ColumnCount)
        {
            throw new ArgumentException(
                $"The product of unmixing and mixing is {product.RowCount} × {product.ColumnCount}, and must be "
                + "square.",
                nameof(product));
        }

        Matrix<double> size = product.PointwiseAbs();
        double rows = size.EnumerateRows().Sum(row => row.Sum() / row.Maximum() - 1.0);
        double columns = size.EnumerateColumns().Sum(column => column.Sum() / column.Maximum() - 1.0);
        return (rows + columns) / (2.0 * product.RowCount);
    }

    /// <summary>
    /// Computes the source-to-interference ratio of each estimate in decibels: the energy of the source it holds most
    /// of, over that of all others in it, 10 log₁₀ (max_j p_ij² e_j / (Σ_j p_ij² e_j − max)).
    /// </summary>
    /// <param name="product">P = unmixing · mixing, estimates × sources.</param>
    /// <param name="energies">e_j = E x_j², one number a source.</param>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Vector<double> InterferenceRatios(Matrix<double> product, Vector<double> energies)
    {
        ArgumentNullException.ThrowIfNull(product);
        ArgumentNullException.ThrowIfNull(energies);
        if (product.ColumnCount != energies.Count)
        {
            throw new ArgumentException(
                $"There are {energies.Count} energies for {product.ColumnCount} sources.", nameof(energies));
        }

        return Vector<double>.Build.Dense(product.RowCount, i =>
        {
            Vector<double> heard = product.Row(i).PointwisePower(2.0).PointwiseMultiply(energies);
            return 10.0 * Math.Log10(heard.Maximum() / (heard.Sum() - heard.Maximum()));
        });
    }
}
