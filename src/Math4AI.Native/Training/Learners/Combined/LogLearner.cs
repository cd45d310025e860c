using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Files;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Training.Learners.Combined;

/// <summary>
/// Another learner on the logarithms of positive numbers, undone without bias: with residuals eᵢ of ln y, the mean is
/// predicted by exp(f(x)) · mean exp(eᵢ). For targets with a heavy tail. Source: N. Duan, "Smearing estimate: a
/// nonparametric retransformation method", Journal of the American Statistical Association 78 (1983).
/// </summary>
public sealed record LogLearner : Learner
{
    /// <summary>Gets the learner of the logarithms.</summary>
    public required Learner Inner { get; init; }

    /// <inheritdoc/>
    public override bool TakesClasses => false;

    /// <inheritdoc/>
    public override string ToString() => $"log {Inner}";

    /// <summary>Returns whether logarithms may suit numbers: all positive, with a skewness of more than 2.</summary>
    /// <param name="targets">The numbers.</param>
    public static bool Suits(Vector<double> targets)
    {
        const double Skewness = 2.0;
        ArgumentNullException.ThrowIfNull(targets);
        return targets.Minimum() > 0.0 && targets.Skewness() > Skewness;
    }

    /// <inheritdoc/>
    public override Learner? Keeping(IReadOnlyList<int> directions) =>
        Inner.Keeping(directions) is { } inner ? this with { Inner = inner } : null;

    /// <inheritdoc/>
    public override string? ReasonAgainst(LearnerSamples training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return base.ReasonAgainst(training)
            ?? (training.Targets!.Minimum() > 0.0 ? Inner.ReasonAgainst(training) : "a number is not positive");
    }

    /// <inheritdoc/>
    public override double BytesFor(LearnerSamples training) => Inner.BytesFor(training);

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null, CancellationToken cancellation = default)
    {
        LearnerChoice choice = Inner.Choose(Logarithms(training), progress, cancellation);
        return choice with { Learner = this with { Inner = choice.Learner } };
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        LearnerSamples logarithms = Logarithms(training);
        IRowPredictor inner = Inner.Fit(logarithms, cancellation);
        Vector<double> residuals =
            logarithms.Targets! - inner.PredictRows(logarithms.Inputs).Values.Column(0);
        Vector<double> factors = residuals.PointwiseExp();
        return new LogFit(inner, factors.Average(), factors.PopulationStandardDeviation());
    }

    private static LearnerSamples Logarithms(LearnerSamples training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return training.Targets is { } targets && targets.Minimum() > 0.0
            ? training.With(targets.PointwiseLog())
            : throw new ArgumentException("Logarithms are of positive numbers alone.", nameof(training));
    }
}

/// <summary>A model of logarithms, undone: exp(f(x)) · mean exp(eᵢ), with a deviation in proportion.</summary>
public sealed class LogFit : IRowPredictor
{
    internal const string Kind = "logarithm";

    private const string InnerFolder = "inner";

    internal LogFit(IRowPredictor inner, double factor, double spread) =>
        (Inner, Factor, Spread) = (inner, factor, spread);

    /// <summary>Gets the model of the logarithms.</summary>
    public IRowPredictor Inner { get; }

    /// <summary>Gets mean exp(eᵢ), by which exponentials of means become means.</summary>
    public double Factor { get; }

    /// <summary>Gets the standard deviation of exp(eᵢ).</summary>
    public double Spread { get; }

    /// <inheritdoc/>
    public string? Warning => Inner.Warning;

    /// <summary>Returns what the logarithms are predicted by.</summary>
    public override string ToString() => $"logarithms by {Inner}";

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static LogFit Load(string folder)
    {
        SavedLogarithm about = ModelFolder.ReadDescription(folder, Kind, ModelJson.Default.SavedLogarithm, about =>
            about.Factor > 0.0 && double.IsFinite(about.Factor) && about.Spread >= 0.0
            && double.IsFinite(about.Spread));
        string inner = Path.Combine(folder, InnerFolder);
        return ModelFolder.KindOf(inner) != Kind && ModelFolder.Open(inner) is IRowPredictor model
            ? new LogFit(model, about.Factor, about.Spread)
            : throw new InvalidDataException($"{inner} holds no model of logarithms.");
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        Matrix<double> exponentials = Inner.PredictRows(inputs).Values.PointwiseExp();
        return new RowPredictions(Factor * exponentials, Spread * exponentials.Column(0));
    }

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("factor", [Factor, Spread]);
        ModelFolder.Write(
            folder, files, Kind, new SavedLogarithm(Factor, Spread), ModelJson.Default.SavedLogarithm, arrays.All);
        Inner.Save(Path.Combine(folder, InnerFolder), files);
    }
}

/// <summary>The description of a model of logarithms in its folder.</summary>
/// <param name="Factor">Mean exp(eᵢ).</param>
/// <param name="Spread">The standard deviation of exp(eᵢ).</param>
internal sealed record SavedLogarithm(double Factor, double Spread);
