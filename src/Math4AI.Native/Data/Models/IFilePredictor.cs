using Math4AI.Data.Tables;

namespace Math4AI.Data.Models;

/// <summary>A fitted model that predicts from a file or folder, as <c>math4ai predict</c> does.</summary>
public interface IFilePredictor
{
    /// <summary>Predicts for every sample of a file or folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="ArgumentException">The samples are not of the shape that the model was trained on.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message says where.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    FilePredictions PredictFile(string path);

    /// <summary>
    /// Predicts with intervals or sets of a chance, where the model has any. The default is the same without one.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="level">The chance that they hold the truth, between 0 and 1.</param>
    /// <exception cref="ArgumentException">The samples are not of the shape that the model was trained on.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message says where.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    FilePredictions PredictFile(string path, double level) => PredictFile(path);
}

/// <summary>Predictions for the samples of a file.</summary>
/// <param name="Target">The name of what is predicted.</param>
/// <param name="Classes">The classes, in the order of the probabilities; empty where numbers are predicted.</param>
/// <param name="Values">samples × columns numbers, or samples × classes probabilities.</param>
/// <param name="Names">The names of the samples; empty where they have none.</param>
public sealed record FilePredictions(
    string Target, IReadOnlyList<string> Classes, double[][] Values, IReadOnlyList<string> Names)
{
    /// <summary>
    /// Gets the class that is answered for each sample, by its place, where it need not be the likeliest one, as of a
    /// model with an aim; empty where it is.
    /// </summary>
    public IReadOnlyList<int> Decided { get; init; } = [];

    /// <summary>Gets the standard deviation of each predicted number; empty where the model gives none.</summary>
    public IReadOnlyList<double> Deviations { get; init; } = [];

    /// <summary>
    /// Gets the names of the predicted columns where there are several, such as the components of a projection; empty
    /// where <see cref="Target"/> is the one.
    /// </summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>
    /// Gets how each sample is unlike those that the model was trained on, empty where it is not; no list where the
    /// model does not tell.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>
    /// Gets for each sample the interval that holds its number with the chance that was asked for; empty where the
    /// model gives none.
    /// </summary>
    public IReadOnlyList<(double Lower, double Upper)> Intervals { get; init; } = [];

    /// <summary>
    /// Gets for each sample the classes, by their places, of which one is its own with the chance that was asked for;
    /// empty where the model gives none.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Sets { get; init; } = [];

    /// <summary>
    /// Gets the names of the columns whose effects are given: the base first, then those of the inputs; empty where no
    /// prediction is explained.
    /// </summary>
    public IReadOnlyList<string> EffectNames { get; init; } = [];

    /// <summary>
    /// Gets for each sample the base and the effects, which add up to the prediction: the number, or the probability
    /// of the likeliest class.
    /// </summary>
    public IReadOnlyList<double[]> Effects { get; init; } = [];

    /// <summary>Gets how the cells of the target were written in training; null where that is not known.</summary>
    public ColumnForm? TargetForm { get; init; }

    /// <summary>Gets what to know before the predictions are trusted.</summary>
    public IReadOnlyList<PredictionWarning> Warnings { get; init; } = [];
}

/// <summary>What to know of some predictions.</summary>
/// <param name="Text">A sentence.</param>
/// <param name="Samples">The number of samples that it is about; 0 where it is about all.</param>
public sealed record PredictionWarning(string Text, long Samples = 0)
{
    private const int Shown = 5;

    /// <summary>Gets the column that it is about, with what is known of it; null where it is about none.</summary>
    public string? Column { get; init; }

    /// <summary>
    /// Gets what is true of the column, for all columns of which the same is true to be told in one sentence: "outside
    /// what training saw"; null where each is told by itself.
    /// </summary>
    public string? Finding { get; init; }

    /// <summary>
    /// Returns a sentence for each warning, and one for all columns of the same finding where these are more than a
    /// few: the worst of them, and how many others there are.
    /// </summary>
    /// <param name="warnings">The warnings, each once.</param>
    public static IReadOnlyList<string> Sentences(IEnumerable<PredictionWarning> warnings)
    {
        ArgumentNullException.ThrowIfNull(warnings);
        return
        [
            .. warnings.GroupBy(warning => warning.Finding ?? warning.Text).SelectMany(group =>
                group.First().Finding is { } finding && group.Count() > Shown
                    ? [InOne(finding, [.. group.OrderByDescending(warning => warning.Samples)])]
                    : group.Select(warning => warning.ToString())),
        ];
    }

    private static string InOne(string finding, IReadOnlyList<PredictionWarning> columns) =>
        $"{columns.Count} columns {finding}: "
        + string.Join(", ", columns.Take(Shown).Select(
            column => $"{column.Column} in {column.Samples} row{(column.Samples == 1 ? "" : "s")}"))
        + $", and {columns.Count - Shown} more.";

    /// <summary>Returns the number of samples and the sentence.</summary>
    public override string ToString() => Samples == 0 ? Text : $"{Samples} row{(Samples == 1 ? "" : "s")}: {Text}";
}
