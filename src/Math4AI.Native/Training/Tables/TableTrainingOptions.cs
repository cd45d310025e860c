using Math4AI.Data.Tables;
using Math4AI.Processes;
using Math4AI.Training.Scoring;

namespace Math4AI.Training.Tables;

/// <summary>The settings of a training on a table.</summary>
public sealed record TableTrainingOptions
{
    /// <summary>Gets the name of the column to predict.</summary>
    public required string Target { get; init; }

    /// <summary>Gets the names of the columns to ignore.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>
    /// Gets a column, such as a patient's name, whose equal values stay in one set; not an input. Null for none.
    /// </summary>
    public string? GroupBy { get; init; }

    /// <summary>
    /// Gets a column of numbers or dates by which the parts follow each other, training before validation before test;
    /// no input. Null for parts at random.
    /// </summary>
    public string? OrderBy { get; init; }

    /// <summary>Gets the widths of the hidden layers; empty for a linear model.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [64, 64];

    /// <summary>Gets what is done with missing values.</summary>
    public Missing Missing { get; init; } = Missing.Refuse;

    /// <summary>
    /// Gets the ordinal columns, with their texts in ascending order: such a column is one input, not one for each
    /// text.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Orders { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// Gets the forms of columns; those of the others are found. See <see cref="ColumnList.Parse"/>.
    /// </summary>
    public IReadOnlyDictionary<string, ColumnForm> Columns { get; init; } = new Dictionary<string, ColumnForm>();

    /// <summary>
    /// Gets the encoding of a text that is read in blocks, such as windows-1252; null for UTF-8. A table that is given
    /// has been read: see <see cref="TableOptions.Encoding"/>.
    /// </summary>
    public string? Encoding { get; init; }

    /// <summary>
    /// Gets the texts that stand for a missing value, beside an empty cell, NA and NaN; null for the usual ones, such
    /// as NULL, ? and N/A, in columns that are mostly numbers or dates.
    /// </summary>
    public IReadOnlyList<string>? MissingTokens { get; init; }

    /// <summary>
    /// Gets whether columns of numbers are shifted and scaled to mean 0 and variance 1 for learners other than
    /// networks, which always have them so.
    /// </summary>
    public bool Standardize { get; init; } = true;

    /// <summary>
    /// Gets the task; null to let the target decide: texts, and up to ten different whole numbers or times, are
    /// classes.
    /// </summary>
    public TableTask? Task { get; init; }

    /// <summary>
    /// Gets what the answers of a learner are to reach for one class; null to answer the likeliest class. The threshold
    /// is chosen by the validation rows, or by cross-validation where these are few.
    /// </summary>
    public DecisionAim? Aim { get; init; }

    /// <summary>
    /// Gets how much errors of each class weigh in learning and in choosing settings; null for all the same. The scores
    /// stay those of the rows as they are.
    /// </summary>
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>
    /// Gets columns of numbers with which the prediction of a learner must not fall, 1, or not rise, −1; of two
    /// classes, the probability of the second. Learners that cannot promise it are not used.
    /// </summary>
    public IReadOnlyDictionary<string, int> Monotone { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// Gets where intervals and sets come from; those of one network of the columns are conformal, or there are none.
    /// </summary>
    public IntervalSource Intervals { get; init; } = IntervalSource.Conformal;

    /// <summary>
    /// Gets whether a learner's training ends where one does that is stopped once the learner is chosen: intervals and
    /// sets that take trainings of their own, as those of few rows, are left out.
    /// </summary>
    public bool EndsAfterChoice { get; init; }

    /// <summary>
    /// Gets the settings of the trainer; null for <see cref="TableTraining.Defaults"/>. Of these a learner heeds the
    /// seed and the processes.
    /// </summary>
    public TrainerOptions? Trainer { get; init; }

    internal int Seed => Trainer?.Seed ?? 1;

    internal ProcessGroup Processes => Trainer?.Processes ?? ProcessGroup.Single;

    /// <summary>The settings of the trainer, or those that suit the task.</summary>
    internal TrainerOptions TrainerFor(PreparedTable all) =>
        Trainer ?? TableTraining.Defaults(all.Task, all.Rows.Rows);

    /// <summary>The weight of each class over some rows; null where none is asked for.</summary>
    internal double[]? WeightsOf(IReadOnlyList<string> classes, IReadOnlyList<int> observed) => ClassWeights is null
        ? null
        : WeightsOf(classes, [.. classes.Select((_, of) => (long)observed.Count(each => each == of))]);

    /// <summary>The weight of each class by how many rows it has; null where none is asked for.</summary>
    /// <exception cref="ArgumentException">The target is a number, or a class is not there.</exception>
    internal double[]? WeightsOf(IReadOnlyList<string> classes, IReadOnlyList<long> counts) =>
        ClassWeights is null ? null
        : classes.Count > 0 ? ClassWeights.Of(classes, counts)
        : throw new ArgumentException($"Weights are for classes, and '{Target}' are numbers: leave them out.");

    /// <summary>
    /// The settings with what <see cref="Columns"/> says of ignored columns and of orders in its place.
    /// </summary>
    internal TableTrainingOptions Resolved()
    {
        string[] ignored = [.. Columns.Where(pair => pair.Value.Type == ColumnType.Ignore).Select(pair => pair.Key)];
        var ordered = Columns.Where(pair => pair.Value.Type == ColumnType.Order)
            .ToDictionary(pair => pair.Key, pair => pair.Value.Order);
        return this with
        {
            Ignore = [.. Ignore.Union(ignored)],
            Orders = Orders.Concat(ordered).DistinctBy(pair => pair.Key).ToDictionary(),
        };
    }
}
