using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;

namespace Math4AI.Cli.Training;

/// <summary>What <c>math4ai predict</c> is asked to do with a table.</summary>
/// <param name="Data">The file, or - for standard input.</param>
/// <param name="Level">The chance of intervals and sets; null for the model's own.</param>
/// <param name="Keep">The columns that are carried through.</param>
/// <param name="Encoding">The encoding of a text; null for UTF-8.</param>
internal sealed record PredictTableOptions(string Data, double? Level, IReadOnlyList<string> Keep, string? Encoding)
{
    /// <summary>Whether predictions are explained.</summary>
    public bool Explain { get; init; }

    /// <summary>What to do with damaged images, of a model of images; null where nothing is said.</summary>
    public string? BadImages { get; init; }

    /// <summary>The path that is read.</summary>
    public string Path => Data == "-" ? "/dev/stdin" : Data;
}

/// <summary>
/// Predicts the rows of a table block after block, so that memory does not grow with them, and scores the predictions
/// where the rows have the target.
/// </summary>
internal sealed class PredictTableJob(ITablePredictor model, PredictTableOptions options)
{
    private const int BlockRows = 1 << 13;

    private readonly Dictionary<PredictionWarning, long> warnings = [];
    private double? shift;
    private string unit = string.Empty;
    private readonly List<string> oddCells = [];
    private long odd;
    private bool areNumbers;
    private long scored;
    private double right;
    private double logLoss;
    private double squares;
    private double sum;
    private double sumOfSquares;

    /// <summary>Writes the predictions as comma-separated text; warnings and scores go to standard error.</summary>
    public void Write(TextWriter output)
    {
        bool isFirst = true;
        var text = new TableOptions { Encoding = options.Encoding };
        foreach (Table block in Table.ReadBlocks(options.Path, BlockRows, text))
        {
            FilePredictions found = options.Level is { } level
                ? PredictCommand.RequireLevel(model.PredictTable(block, level))
                : model.PredictTable(block);
            found = options.Explain ? model.Explain(found, block) : found;
            IReadOnlyList<string?>[] kept = [.. options.Keep.Select(block.Texts)];
            if (isFirst)
            {
                output.Write(PredictionCsv.Header(found, options.Keep) + "\n");
                isFirst = false;
            }

            for (int row = 0; row < found.Values.Length; row++)
            {
                PredictionCsv.Write(output, found, row, kept);
            }

            Count(found.Warnings);
            if (block.Names.Contains(found.Target))
            {
                Score(block, model.ReadTarget(block), found);
            }
        }

        if (isFirst)
        {
            throw new InvalidDataException($"{options.Data} has no rows after the names of its columns.");
        }

        Report();
    }

    private void Count(IEnumerable<PredictionWarning> found)
    {
        foreach (PredictionWarning warning in found)
        {
            PredictionWarning key = warning with { Samples = 0 };
            warnings[key] = warnings.GetValueOrDefault(key) + warning.Samples;
        }
    }

    private void Score(Table block, Table target, FilePredictions found)
    {
        IReadOnlyList<string?> written = block.Texts(found.Target);
        IReadOnlyList<string?> texts = target.Texts(found.Target);
        areNumbers = found.Classes.Count == 0;
        unit = found.TargetForm?.Type == ColumnType.Date ? " days"
            : found.TargetForm?.Type == ColumnType.Time ? " hours" : string.Empty;
        var places = found.Classes.Select((name, place) => (name, place)).ToDictionary();
        double[] numbers = found.Classes.Count == 0 ? target.Numbers(found.Target) : [];
        for (int row = 0; row < texts.Count; row++)
        {
            if (found.Classes.Count == 0)
            {
                Add(numbers[row], found.Values[row][0]);
                AddOdd(double.IsNaN(numbers[row]), block, row, written[row]);
            }
            else if (texts[row] is { } text && places.TryGetValue(text, out int of))
            {
                double[] probabilities = found.Values[row];
                scored++;
                right += PredictionCsv.Answer(found, row) == of ? 1.0 : 0.0;
                logLoss -= Math.Log(Math.Max(1e-12, probabilities[of]));
            }
            else
            {
                AddOdd(true, block, row, written[row]);
            }
        }
    }

    /// <summary>Counts a truth that is there and cannot be compared with; a cell that is empty is none.</summary>
    private void AddOdd(bool isOdd, Table block, int row, string? written)
    {
        const int Shown = 5;
        if (isOdd && !string.IsNullOrWhiteSpace(written))
        {
            odd++;
            oddCells.AddRange(odd <= Shown ? [$"row {block.NumberOf(row)}: '{written}'"] : Array.Empty<string>());
        }
    }

    private void Add(double observed, double predicted)
    {
        if (double.IsNaN(observed))
        {
            return;
        }

        // Sums about the first observation, so that large numbers do not cancel.
        scored++;
        shift ??= observed;
        squares += (predicted - observed) * (predicted - observed);
        sum += observed - shift.Value;
        sumOfSquares += (observed - shift.Value) * (observed - shift.Value);
    }

    private void Report()
    {
        foreach (string warning in PredictionWarning.Sentences(
            warnings.Select(pair => pair.Key with { Samples = pair.Value })))
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        if (odd > 0)
        {
            Console.Error.WriteLine($"math4ai: Warning: {odd} row{(odd == 1 ? " is" : "s are")} not scored, since "
                + $"'{model.Target}' is {(areNumbers ? "no number" : "none of the classes that training saw")} there: "
                + string.Join(", ", oddCells)
                + (odd > oddCells.Count ? $", and {odd - oddCells.Count} more." : "."));
        }

        if (scored == 0)
        {
            return;
        }

        double spread = sumOfSquares - sum * sum / scored;

        // Of one row, or of one value, there is no variance to explain.
        string explained = spread > 0.0
            ? string.Create(CultureInfo.InvariantCulture, $", rSquared {1.0 - squares / spread:G4}")
            : string.Empty;
        string scores = shift is null
            ? string.Create(
                CultureInfo.InvariantCulture, $"accuracy {right / scored:G4}, logLoss {logLoss / scored:G4}")
            : string.Create(
                CultureInfo.InvariantCulture, $"rmse {Math.Sqrt(squares / scored):G4}{unit}{explained}");
        Console.Error.WriteLine(
            $"math4ai: {scored} row{(scored == 1 ? string.Empty : "s")} with '{model.Target}': {scores}.");
    }
}
