using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Outliers;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Finds the rows that are too far from the center of their own cluster for chance: in units of the covariance of the
/// cluster's larger part, which no outlier enlarges, the distance has a known distribution.
/// </summary>
internal static class OutlyingRows
{
    // The probability that any row at all is called an outlier where all clusters are normal.
    private const double FalseAlarm = 0.05;
    private const int MaxReasons = 3;

    // With fewer rows for each column, a robust covariance is too uncertain.
    private const int MinRowsPerColumn = 10;

    public static OutlyingRow[] Of(Table table, TableClusters clusters, Matrix<double> values)
    {
        TableClusterModel model = clusters.Model;
        Matrix<double> standard = model.Standard.Standardize(values);
        var found = new List<OutlyingRow>();
        for (int cluster = 0; cluster < clusters.Profiles.Count; cluster++)
        {
            int[] rows = [.. Enumerable.Range(0, standard.RowCount).Where(i => clusters.Labels[i] == cluster)];
            if (rows.Length == 0)
            {
                continue;
            }

            Matrix<double> own = Matrix<double>.Build.Dense(
                rows.Length, standard.ColumnCount, (i, j) => standard[rows[i], j]);
            RobustCovarianceFit fit = Robust(own) ?? OfMixture(clusters.Mixture!, cluster);
            Vector<double> distances = fit.Distances(own), chances = fit.Chances(own);
            Matrix<double> parts = fit.Contributions(own);
            for (int i = 0; i < rows.Length; i++)
            {
                if (chances[i] * standard.RowCount < FalseAlarm)
                {
                    found.Add(new OutlyingRow(
                        table.NumberOf(clusters.Rows[rows[i]]), distances[i], chances[i],
                        Reasons(model.Columns, values.Row(rows[i]), own.Row(i), parts.Row(i), fit)));
                }
            }
        }

        return [.. found.OrderByDescending(row => row.Distance)];
    }

    private static RobustCovarianceFit? Robust(Matrix<double> rows)
    {
        if (rows.RowCount < MinRowsPerColumn * rows.ColumnCount)
        {
            return null;
        }

        try
        {
            return new MinimumCovarianceDeterminant().Fit(rows);
        }
        catch (ArgumentException)
        {
            // Half of the rows lie in a plane, as with columns of few distinct values.
            return null;
        }
    }

    private static RobustCovarianceFit OfMixture(GaussianMixtureFit mixture, int cluster)
    {
        Vector<double> mean = mixture.Means.Row(cluster);
        Matrix<double> covariance = mixture.Covariances[cluster];

        // The rows are part of the estimate: as if there were so many that one has no weight in it.
        return new RobustCovarianceFit(mean, covariance, mean, covariance, int.MaxValue, []);
    }

    /// <summary>The columns that add most to the squared distance.</summary>
    private static OutlyingValue[] Reasons(
        IReadOnlyList<string> columns, Vector<double> values, Vector<double> standard, Vector<double> parts,
        RobustCovarianceFit fit) =>
    [
        .. Enumerable.Range(0, columns.Count).OrderByDescending(j => parts[j]).Take(MaxReasons).Select(j =>
            new OutlyingValue(
                columns[j], values[j], (standard[j] - fit.Location[j]) / Math.Sqrt(fit.Covariance[j, j]),
                parts[j] / parts.Sum())),
    ];
}
