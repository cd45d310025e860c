using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Posteriors;

/// <summary>What predictions of a hierarchy need to know of it.</summary>
internal sealed record PooledPredictor
{
    private const int MaxNames = 5;

    /// <summary>The model of one group.</summary>
    public required Model Model { get; init; }

    public required Distance Distance { get; init; }

    /// <summary>The parameters with a value that is given.</summary>
    public required IReadOnlyDictionary<string, double> Fixed { get; init; }

    public required IReadOnlyList<string> Pooled { get; init; }

    /// <summary>The name of the column of the groups.</summary>
    public required string Column { get; init; }

    /// <summary>The groups that had samples.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Whether observations have a σ each.</summary>
    public required bool HasSigma { get; init; }

    /// <summary>σ as an expression of columns; null if it is not known as one.</summary>
    public string? SigmaText { get; init; }

    /// <summary>Whether the last parameter of the draws is the scale of the noise.</summary>
    public required bool HasScale { get; init; }

    public required PosteriorDraws Draws { get; init; }

    /// <inheritdoc cref="HierarchicalPosterior.Predict"/>
    public Prediction Predict(
        Matrix<double> inputs, IReadOnlyList<string> labels, double level, int output, Vector<double>? sigma, int seed)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        return new DrawnPrediction(
            Distance, HasSigma, HasScale, Draws.ToMatrix(), new PooledPrediction(this, inputs, labels).At)
            .Of(inputs.RowCount, Model.Outputs, level, output, sigma, seed);
    }

    /// <inheritdoc cref="HierarchicalPosterior.PredictTable"/>
    public PredictedTable PredictTable(string path, double level, NumberTableOptions? options, int seed)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new NumberTableOptions();
        (NumberTable table, Matrix<double> inputs, Vector<double>? sigma) = SavedFit.ReadTable(
            Model, SigmaText, path, options with { Labels = [.. options.Labels, Column] });
        IReadOnlyList<string> labels = table.Labels(Column);
        string[] unseen = [.. labels.Distinct().Except(Groups)];
        return new PredictedTable(
            Model.InputNames, inputs,
            [.. Enumerable.Range(0, Model.Outputs).Select(
                output => Predict(inputs, labels, level, output, sigma, seed))])
        {
            GroupColumn = Column,
            Groups = labels,
            DroppedRows = table.Dropped,
            Notes = unseen.Length == 0 ? [] : [OfUnseen(unseen)],
        };
    }

    /// <summary>A name that was mistyped is a new group, which must not go unnoticed.</summary>
    private string OfUnseen(string[] unseen)
    {
        string names = string.Join(", ", unseen.Take(MaxNames).Select(name => $"'{name}'"))
            + (unseen.Length > MaxNames ? $" and {unseen.Length - MaxNames} more" : string.Empty);
        return $"The fit had no samples of {names} of '{Column}': {string.Join(", ", Pooled)} of "
            + $"{(unseen.Length == 1 ? "this group" : "these groups")} is drawn from the common prior.";
    }
}
