namespace Math4AI.Training.Tables;

/// <summary>Settings of the training on a table.</summary>
public sealed record TableTrainingOptions
{
    /// <summary>The column to predict.</summary>
    public required string Target { get; init; }

    /// <summary>Columns that are left out.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>A column whose equal values keep rows in one part, such as a patient's name; no input. Null for none.</summary>
    public string? GroupBy { get; init; }

    /// <summary>
    /// A column of numbers or dates by which the parts follow each other, training before validation before test; no input. Null for parts
    /// at random.
    /// </summary>
    public string? OrderBy { get; init; }

    /// <summary>The widths of the hidden layers; none for a linear model.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [64, 64];

    /// <summary>What is done with missing values.</summary>
    public Missing Missing { get; init; } = Missing.Refuse;

    /// <summary>Columns of text whose classes have an order, the least first: such a column is one input, not one for each class.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Orders { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What is predicted; null to find out: texts, and up to ten different whole numbers, are classes.</summary>
    public TableTask? Task { get; init; }

    /// <summary>The settings of the trainer; null for <see cref="TableTraining.Defaults"/>.</summary>
    public TrainerOptions? Trainer { get; init; }

    internal int Seed => Trainer?.Seed ?? 1;
}
