using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Probability;
using Math4AI.Probability.Information;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Unsupervised;

/// <summary>What a column holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsNumeric">Whether all its values are numbers.</param>
/// <param name="Missing">The number of rows without a value.</param>
/// <param name="Distinct">The number of different values.</param>
/// <param name="Mean">The mean; NaN for texts, as for the figures after it.</param>
/// <param name="Deviation">The standard deviation, with the divisor n − 1.</param>
/// <param name="Min">The smallest value.</param>
/// <param name="Median">The median.</param>
/// <param name="Max">The largest value.</param>
/// <param name="MostFrequent">The most frequent text and its number; null for numbers.</param>
public sealed record ColumnOverview(
    string Name, bool IsNumeric, int Missing, int Distinct, double Mean, double Deviation, double Min, double Median,
    double Max, string? MostFrequent)
{
    internal static ColumnOverview Of(Table table, string name)
    {
        if (!table.IsNumeric(name))
        {
            string[] known = [.. table.Texts(name).OfType<string>()];
            (string text, int count) = known.CountBy(text => text).OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)).First();
            return new ColumnOverview(
                name, false, table.Rows - known.Length, known.Distinct().Count(), double.NaN, double.NaN, double.NaN,
                double.NaN, double.NaN, $"{text} ({count})");
        }

        double[] numbers = [.. table.Numbers(name).Where(value => !double.IsNaN(value))];
        return new ColumnOverview(
            name, true, table.Rows - numbers.Length, numbers.Distinct().Count(), numbers.Mean(),
            Spread.Of(numbers), numbers.DefaultIfEmpty(double.NaN).Min(), numbers.Median(),
            numbers.DefaultIfEmpty(double.NaN).Max(), null);
    }
}

/// <summary>A value of an outlying row.</summary>
/// <param name="Column">The column.</param>
/// <param name="Value">The value.</param>
/// <param name="Deviations">
/// How far it is from the center of its cluster's larger part, in standard deviations of that part.
/// </param>
/// <param name="Share">
/// What it adds to the squared distance, as a share; more than its deviation says where it does not go with the others.
/// </param>
public sealed record OutlyingValue(string Column, double Value, double Deviations, double Share);

/// <summary>A row that is far from the center of its own cluster.</summary>
/// <param name="Row">Its number in the file, from 1.</param>
/// <param name="Distance">
/// The Mahalanobis distance to the center, by the minimum covariance determinant where the cluster has ten rows or more
/// for each column and half of them do not lie in a plane, otherwise by the mixture.
/// </param>
/// <param name="Chance">The probability of such a distance or a larger one for a row of the cluster.</param>
/// <param name="Values">The values that add most to the distance, up to three.</param>
public sealed record OutlyingRow(long Row, double Distance, double Chance, IReadOnlyList<OutlyingValue> Values);

/// <summary>Holds what there is to see in a table.</summary>
public sealed class TableOverview
{
    internal TableOverview(IReadOnlyList<ColumnOverview> columns, IReadOnlyList<IReadOnlyList<long>> equalRows) =>
        (Columns, EqualRows) = (columns, equalRows);

    /// <summary>Gets what each column holds.</summary>
    public IReadOnlyList<ColumnOverview> Columns { get; }

    /// <summary>Gets the rows that are equal in every column, by their numbers in the file.</summary>
    public IReadOnlyList<IReadOnlyList<long>> EqualRows { get; }

    /// <summary>
    /// Gets the clusters of the rows without missing values; null where there are none, as <see cref="Reason"/> says.
    /// </summary>
    public TableClusters? Clusters { get; init; }

    /// <summary>Gets the principal components of the standardized columns of numbers; null as for clusters.</summary>
    public PrincipalComponentsFit? Components { get; init; }

    /// <summary>
    /// Gets the correlations of the columns of numbers, in the order of the clusters' columns; null as for clusters,
    /// and for images and texts.
    /// </summary>
    public Matrix<double>? Correlation { get; init; }

    /// <summary>
    /// Gets how much each pair of columns, of numbers or classes, says about the other, without tests (those are
    /// <see cref="TableInformation"/>'s); null where there are fewer than two such columns or very many.
    /// </summary>
    public InformationTable? Information { get; init; }

    /// <summary>Gets the rows that are far from the center of their own cluster, the farthest first.</summary>
    public IReadOnlyList<OutlyingRow> Outliers { get; init; } = [];

    /// <summary>Gets why there are no clusters, in a sentence; null where there are some.</summary>
    public string? Reason { get; init; }
}
