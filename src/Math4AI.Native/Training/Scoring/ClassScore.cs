namespace Math4AI.Training.Scoring;

/// <summary>How well one class is answered.</summary>
/// <param name="Name">The class.</param>
/// <param name="Rows">How many samples are of the class.</param>
/// <param name="Recall">The share of these that is answered as the class; null of none.</param>
/// <param name="Precision">The share of the answers of the class that is right; null of none.</param>
/// <param name="F1">2 TP/(2 TP + FP + FN); null where the class neither occurs nor is answered.</param>
public sealed record ClassScore(string Name, int Rows, double? Recall, double? Precision, double? F1)
{
    /// <summary>Returns the scores of every class.</summary>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="confusion">Counts, [observed class][predicted class].</param>
    /// <exception cref="ArgumentException">The counts are not classes × classes.</exception>
    public static IReadOnlyList<ClassScore> Of(IReadOnlyList<string> classes, IReadOnlyList<int[]> confusion)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(confusion);
        if (confusion.Count != classes.Count || confusion.Any(row => row.Length != classes.Count))
        {
            throw new ArgumentException(
                $"Of {classes.Count} classes, {classes.Count} × {classes.Count} counts are needed.", nameof(confusion));
        }

        return
        [
            .. classes.Select((name, of) =>
            {
                double right = confusion[of][of];
                int rows = confusion[of].Sum(), answers = confusion.Sum(row => row[of]);
                return new ClassScore(
                    name, rows, Share(right, rows), Share(right, answers), Share(2.0 * right, rows + answers));
            }),
        ];
    }

    private static double? Share(double part, int all) => all > 0 ? part / all : null;
}
