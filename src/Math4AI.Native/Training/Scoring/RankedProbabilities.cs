namespace Math4AI.Training.Scoring;

/// <summary>
/// The samples in the order of each class's probability, so that areas of many draws of the same samples need one sort.
/// </summary>
internal sealed class RankedProbabilities
{
    private readonly IReadOnlyList<int> observed;
    private readonly double[][] given;
    private readonly int[][] order;

    /// <summary>Sorts the samples for each class.</summary>
    /// <param name="probabilities">samples × classes.</param>
    /// <param name="observed">One class a sample.</param>
    public RankedProbabilities(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> observed)
    {
        this.observed = observed;
        given = [.. Enumerable.Range(0, probabilities[0].Length).Select(
            of => probabilities.Select(row => row[of]).ToArray())];
        order = [.. given.Select(values =>
        {
            int[] places = [.. Enumerable.Range(0, values.Length)];
            Array.Sort([.. values], places);
            return places;
        })];
    }

    /// <summary>
    /// The mean area under the curves of the classes that occur among the drawn; NaN where only one does.
    /// </summary>
    /// <param name="drawn">How often each sample is drawn.</param>
    public double Area(ReadOnlySpan<int> drawn)
    {
        double sum = 0.0;
        int count = 0;
        for (int of = 0; of < order.Length; of++)
        {
            double area = Area(of, drawn);
            if (!double.IsNaN(area))
            {
                (sum, count) = (sum + area, count + 1);
            }
        }

        return count == 0 ? double.NaN : sum / count;
    }

    private double Area(int of, ReadOnlySpan<int> drawn)
    {
        // Pairs of one of the class and one of another, those in order counted whole, those of equal probability half.
        double pairs = 0.0, positives = 0.0, negatives = 0.0, tiedPositives = 0.0, tiedNegatives = 0.0;
        int[] places = order[of];
        for (int i = 0; i < places.Length; i++)
        {
            int sample = places[i];
            if (observed[sample] == of)
            {
                tiedPositives += drawn[sample];
            }
            else
            {
                tiedNegatives += drawn[sample];
            }

            if (i == places.Length - 1 || given[of][places[i + 1]] != given[of][sample])
            {
                pairs += tiedPositives * (negatives + 0.5 * tiedNegatives);
                (positives, negatives) = (positives + tiedPositives, negatives + tiedNegatives);
                (tiedPositives, tiedNegatives) = (0.0, 0.0);
            }
        }

        return positives > 0.0 && negatives > 0.0 ? pairs / (positives * negatives) : double.NaN;
    }
}
