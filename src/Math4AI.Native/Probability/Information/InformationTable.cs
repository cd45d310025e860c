namespace Math4AI.Probability.Information;

/// <summary>Holds what each pair of columns of a table says about the other.</summary>
/// <param name="Columns">The columns that were compared, in the order of the table.</param>
/// <param name="LeftOut">The columns that were not, each with the reason.</param>
/// <param name="Pairs">The pairs, the first column before the second in the order of the table.</param>
/// <param name="Given">The column that was held; null for none.</param>
/// <param name="Permutations">
/// The most permutations of a test. Of 50 or more, the tail says how improbable a pair is that none of them reaches; of
/// fewer, no p-value is below 1/(permutations + 1).
/// </param>
public sealed record InformationTable(
    IReadOnlyList<string> Columns, IReadOnlyList<(string Name, string Reason)> LeftOut,
    IReadOnlyList<PairInformation> Pairs, string? Given, int Permutations)
{
    /// <summary>
    /// Gets what has to be known of the answer, such as rows that are copies of others, or what the tests cannot find;
    /// null where there is nothing.
    /// </summary>
    public string? Note { get; init; }

    /// <summary>
    /// Gets the number of rows that are copies of others in all columns that were compared, and were counted once.
    /// </summary>
    public int Copies { get; init; }

    /// <summary>Returns the informations as a matrix, columns × columns, in nats; NaN on the diagonal.</summary>
    public double[,] ToMatrix()
    {
        double[,] values = new double[Columns.Count, Columns.Count];
        for (int i = 0; i < Columns.Count; i++)
        {
            values[i, i] = double.NaN;
        }

        var places = Columns.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        foreach (PairInformation pair in Pairs)
        {
            (int i, int j) = (places[pair.First], places[pair.Second]);
            values[i, j] = values[j, i] = pair.Information.Value;
        }

        return values;
    }
}

/// <summary>Describes how much two columns say about each other.</summary>
/// <param name="First">One column.</param>
/// <param name="Second">The other.</param>
/// <param name="Rows">The number of rows that have both values, and the one that is given.</param>
/// <param name="Information">
/// The information in nats with its standard error and, where columns have ties, its bias; an estimate may be a little
/// below 0, which no information is.
/// </param>
/// <param name="PValue">The probability of as much where the columns are independent.</param>
/// <param name="Adjusted">
/// The least share of false discoveries at which the pair is found among all pairs, by <see cref="FalseDiscoveries"/>.
/// </param>
/// <param name="Estimator">How it was estimated: counts, or neighbors.</param>
public sealed record PairInformation(
    string First, string Second, int Rows, Estimate Information, double PValue, double Adjusted, string Estimator)
{
    /// <summary>
    /// Gets the number of rows that are copies of others in the two columns, and were counted once; those that are
    /// copies in all columns of the table are not among them: see <see cref="InformationTable.Copies"/>.
    /// </summary>
    public int Copies { get; init; }

    /// <summary>Gets the information as it is shown: 0 where the estimate is below it.</summary>
    public double Shown => Math.Max(0.0, Information.Value);

    /// <summary>
    /// Gets the correlation that Gaussian variables with this information have, √(1 − exp(−2 I)), 0 to 1: a scale that
    /// is easier to read than nats.
    /// </summary>
    public double Correlation => Math.Sqrt(1.0 - Math.Exp(-2.0 * Shown));
}
