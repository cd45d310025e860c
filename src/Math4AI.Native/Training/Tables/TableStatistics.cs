using Math4AI.Data.Tables;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Training.Tables;

/// <summary>
/// What the encoding of a table needs to know, from blocks of it: for numbers mean, standard deviation and median of
/// the training part (the median of a sample), for texts the classes; and what the target is.
/// </summary>
internal sealed class TableStatistics(
    TableTrainingOptions options, TableLook look, double testShare, double validationShare, double calibrationShare)
{
    private const int MaxClasses = 1000;
    private const int MaxClassNumbers = 10;
    private const int SampleSize = 10_001;

    private readonly Dictionary<string, ColumnStatistics> columns = [];
    private string[] inputs = [];
    private long rows;

    /// <summary>The rows of the training part.</summary>
    public long TrainingRows { get; private set; }

    /// <summary>
    /// The part of each row of a block: 0 for training, 1 for validation, 2 for the test, 3 for intervals and sets.
    /// </summary>
    /// <param name="block">The rows.</param>
    /// <param name="first">The number of the first in the file.</param>
    public int[] PartsOf(Table block, long first)
    {
        IReadOnlyList<string?> groups = options.GroupBy is { } column ? block.Texts(column) : [];
        return
        [
            .. Enumerable.Range(0, block.Rows).Select(row =>
            {
                double at = Uniform(groups.Count > 0 ? Hash(groups[row] ?? string.Empty) : (ulong)(first + row));
                return at < testShare ? 2
                    : at < testShare + calibrationShare ? 3
                    : at < testShare + calibrationShare + validationShare ? 1
                    : 0;
            }),
        ];
    }

    public void Add(Table block)
    {
        if (rows == 0)
        {
            inputs = look.Inputs;
            if (inputs.FirstOrDefault(name => look.Forms[name].Features is not null) is { } text)
            {
                throw new ArgumentException($"Column '{text}': features of texts are learned from a table that is read "
                    + "whole, and this one is read in blocks: leave the column out, or name a learner by --model.");
            }

            foreach (string name in inputs.Append(options.Target))
            {
                columns[name] = new ColumnStatistics(options, name);
            }
        }

        TableParts.RequireKeys(block, options);
        TableParts.RequireValues(block, options, inputs);
        TableParts.RequireSquares(block, [.. inputs, options.Target]);
        bool[] isTraining = [.. PartsOf(block, rows).Select(part => part == 0)];
        TrainingRows += isTraining.Count(each => each);
        foreach (ColumnStatistics statistics in columns.Values)
        {
            statistics.Add(block, isTraining);
        }

        rows += block.Rows;
    }

    /// <summary>The model that the rows ask for.</summary>
    /// <exception cref="ArgumentException">
    /// A column has too many different texts, or the target is always the same.
    /// </exception>
    public TableModelDescription Describe()
    {
        if (rows == 0)
        {
            throw new ArgumentException("There are no rows to train on.");
        }

        ColumnStatistics target = columns[options.Target];
        TableTask task =
            options.Task ?? (target.IsNumeric && !(target.Counts.Count <= MaxClassNumbers && target.AreWhole)
            ? TableTask.Regression
            : TableTask.Classification);
        string[] classes = task == TableTask.Classification ? ClassesOf(options.Target) : [];
        if (task == TableTask.Classification && classes.Length < 2)
        {
            throw new ArgumentException($"All rows have the same '{options.Target}': there is nothing to tell apart.");
        }

        TableEncoder encoder = new TableEncoder(
            [.. inputs.Select(name => Encoded(name) with { Form = look.Forms[name] })], options.Missing)
            .WithTarget(options.Target, look) with
        { TargetForm = look.BlockTarget };
        return new TableModelDescription(
            task, options.Target, classes, task == TableTask.Regression ? target.Mean : 0.0,
            task == TableTask.Regression ? target.Deviation : 1.0,
            options.Hidden, encoder)
        {
            ClassWeights = options.WeightsOf(
                classes, (long[])[.. classes.Select(name => target.Counts.GetValueOrDefault(name))]),
        };
    }

    /// <summary>How an input column is encoded.</summary>
    /// <exception cref="ArgumentException">The squares of its values overflow.</exception>
    private EncodedColumn Encoded(string name)
    {
        ColumnStatistics column = columns[name];
        bool isOrdinal = options.Orders.TryGetValue(name, out IReadOnlyList<string>? order);
        if (!isOrdinal && !column.IsNumeric)
        {
            _ = ClassesOf(name);
            return TableEncoder.OfClasses(name, column.Counts);
        }

        return double.IsFinite(column.Mean) && double.IsFinite(column.Deviation)
            ? new EncodedColumn(name, order ?? [], column.Mean, column.Deviation, column.Median)
            {
                IsOrdinal = isOrdinal,
                Minimum = column.Minimum,
                Maximum = column.Maximum,
                IsConstant = column.Minimum is null || column.Minimum == column.Maximum,
                HasMissing = TableEncoder.TellsMissing(options.Missing, column.MissingCount),
            }
            : throw new ArgumentException(
                $"Column '{name}' has values up to {column.Maximum:G4}, whose squares overflow: divide them by a power "
                + "of 10.");
    }

    private string[] ClassesOf(string name) => columns[name].Counts.Count <= MaxClasses
        ? [.. columns[name].Counts.Keys.Order(StringComparer.Ordinal)]
        : throw new ArgumentException($"The column '{name}' has more than {MaxClasses} different texts, too many for "
            + "classes: leave it out with --ignore.");

    private static ulong Hash(string text)
    {
        // FNV-1a: the same in every run, as .NET's own is not.
        ulong hash = 14695981039346656037UL;
        foreach (char letter in text)
        {
            hash = unchecked((hash ^ letter) * 1099511628211UL);
        }

        return hash;
    }

    /// <summary>A number from 0 to 1 for a key and the seed. Source: S. Vigna's splitmix64.</summary>
    private double Uniform(ulong key)
    {
        ulong z = unchecked(key + (ulong)options.Seed * 0xD1342543DE82EF95UL + 0x9E3779B97F4A7C15UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    private sealed class ColumnStatistics(TableTrainingOptions options, string name)
    {
        private readonly MersenneTwister random = new(options.Seed, threadSafe: false);
        private readonly RunningStatistics moments = new();
        private readonly List<double> sample = [];

        public bool IsNumeric { get; private set; } = true;

        public bool AreWhole { get; private set; } = true;

        /// <summary>
        /// How often each text occurs in the training part, of a target in all rows, up to one more than can be
        /// classes; empty where missing.
        /// </summary>
        public Dictionary<string, long> Counts { get; } = [];

        /// <summary>How many numbers of the training part are missing.</summary>
        public long MissingCount { get; private set; }

        public double? Minimum { get; private set; }

        public double? Maximum { get; private set; }

        public double Mean => moments.Count > 0 ? moments.Mean : 0.0;

        public double Deviation =>
            moments.Count > 1 && moments.PopulationStandardDeviation > 0.0 ? moments.PopulationStandardDeviation : 1.0;

        public double Median => sample.Count > 0 ? sample.Order().ElementAt(sample.Count / 2) : 0.0;

        public void Add(Table block, bool[] isTraining)
        {
            IsNumeric &= block.IsNumeric(name);
            Count(Counts.Count <= MaxClasses ? block.Texts(name) : [], isTraining);
            double[] values = options.Orders.TryGetValue(name, out IReadOnlyList<string>? order)
                ? TableEncoder.Places(block, name, order)
                : IsNumeric ? block.Numbers(name) : [];
            for (int i = 0; i < values.Length; i++)
            {
                if (double.IsNaN(values[i]))
                {
                    MissingCount += isTraining[i] ? 1 : 0;
                    continue;
                }

                AreWhole &= values[i] == Math.Floor(values[i]);
                if (isTraining[i])
                {
                    moments.Push(values[i]);
                    Minimum = Math.Min(Minimum ?? values[i], values[i]);
                    Maximum = Math.Max(Maximum ?? values[i], values[i]);
                    Keep(values[i]);
                }
            }
        }

        private void Count(IReadOnlyList<string?> texts, bool[] isTraining)
        {
            for (int i = 0; i < texts.Count && Counts.Count <= MaxClasses; i++)
            {
                bool isKnown = texts[i] is not null;
                if (name == options.Target ? isKnown : isTraining[i] && (isKnown || options.Missing == Missing.Impute))
                {
                    string text = texts[i] ?? string.Empty;
                    Counts[text] = Counts.GetValueOrDefault(text) + 1;
                }
            }
        }

        /// <summary>
        /// Keeps a sample in which every value is as likely. Source: J. Vitter, ACM TOMS 11 (1985), algorithm R.
        /// </summary>
        private void Keep(double value)
        {
            if (sample.Count < SampleSize)
            {
                sample.Add(value);
            }
            else if (random.NextInt64(moments.Count) is var at && at < SampleSize)
            {
                sample[(int)at] = value;
            }
        }
    }
}
