using Math4AI.Fitting.Models;
using Math4AI.Fitting.Samples;
using Math4AI.Fitting.Solving;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// The problem θ* = argmin C(θ), C(θ) = Σ w_i d(f(x_i, θ), y_i) − Σ log p_j(θ_j): a model, data, a distance, and what else is
/// known.
/// </summary>
public sealed record FitProblem : FitSettings
{
    /// <summary>x, samples × inputs.</summary>
    public required Matrix<double> Inputs { get; init; }

    /// <summary>y, one number or one row a sample.</summary>
    public required FitTargets Targets { get; init; }

    /// <summary>w, one number of 0 or more a sample; null for 1.</summary>
    public Vector<double>? Weights { get; init; }

    /// <summary>Fits from a start.</summary>
    /// <param name="start">A value for each parameter, by name; of a fixed parameter none is needed.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Data, names or start do not belong together; the message says where.</exception>
    public FitResult Fit(IReadOnlyDictionary<string, double> start, CancellationToken cancellation = default)
    {
        Check();
        return FitFrom(StartFrom(start), cancellation);
    }

    /// <summary>Fits from a start.</summary>
    /// <param name="start">θ, in the model's order; null for the model's own start, such as the parameters of a module.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Data and start do not belong together; the message says where.</exception>
    public FitResult Fit(Vector<double>? start, CancellationToken cancellation = default)
    {
        Check();
        return FitFrom(StartFrom(start), cancellation);
    }

    /// <summary>
    /// Fits from many starts, spread over the bounds, or over all magnitudes where there are none; from the model's own start where it has
    /// one.
    /// </summary>
    /// <param name="starts">How many.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Data or names do not belong together; the message says where.</exception>
    public FitResult Fit(int starts = 200, CancellationToken cancellation = default)
    {
        Check();
        if (Model.Start is { } start)
        {
            return FitFrom(StartFrom(start), cancellation);
        }

        IFitCost cost = Cost();
        return new FitResult(this, cost, StartSearch.Minimize(cost, this, starts, cancellation));
    }

    /// <summary>The cost: least squares, reweighted, where there is a curvature for each sample; else by its gradient.</summary>
    internal IFitCost Cost() => IsSquares ? new FitCost(this) : new ModelCost(this, new SamplesInMemory(this));

    /// <summary>Some of the samples.</summary>
    internal FitProblem Select(int[] rows) => this with
    {
        Inputs = Matrix<double>.Build.Dense(rows.Length, Inputs.ColumnCount, (i, j) => Inputs[rows[i], j]),
        Targets = Targets.Select(rows),
        Weights = Weights is null ? null : Vector<double>.Build.Dense(rows.Length, i => Weights[rows[i]]),
    };

    private FitResult FitFrom(double[] start, CancellationToken cancellation)
    {
        IFitCost cost = Cost();
        return new FitResult(this, cost, cost.Minimize(start, cancellation));
    }

    private void Check()
    {
        if (Inputs.RowCount != Targets.Samples)
        {
            throw new ArgumentException($"There are {Inputs.RowCount} samples of x and {Targets.Samples} of y.");
        }

        if (Weights is not null && Weights.Count != Targets.Samples)
        {
            throw new ArgumentException($"There are {Weights.Count} weights for {Targets.Samples} samples.");
        }

        int free = CheckSettings(Inputs.ColumnCount, Targets.Columns);
        double[] observed = new double[Targets.Columns];
        for (int i = 0; i < Targets.Samples; i++)
        {
            bool isFinite = Weights is null || (double.IsFinite(Weights[i]) && Weights[i] >= 0.0);
            for (int j = 0; j < Inputs.ColumnCount; j++)
            {
                isFinite &= double.IsFinite(Inputs[i, j]);
            }

            for (int k = 0; k < observed.Length; k++)
            {
                observed[k] = Targets[k * Targets.Samples + i];
                isFinite &= double.IsFinite(observed[k]);
            }

            if (!isFinite)
            {
                throw new ArgumentException($"Sample {i + 1} is not finite, or has a negative weight.");
            }

            CheckObservation(observed);
        }

        int samples = Targets.Columns * (Weights?.Count(weight => weight > 0.0) ?? Targets.Samples);
        if (samples < free && Priors.Count == 0)
        {
            throw new ArgumentException(
                $"There are {samples} samples{(Weights is null ? string.Empty : " with a weight of more than 0")} for {free} unknown parameters: more samples, or fixed parameters, are needed.");
        }
    }
}
