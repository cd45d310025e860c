using Math4AI.Fitting.Solving;
using Math4AI.Fitting.Uncertainty;
using Math4AI.Optimization;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>What a fit to streamed samples found: θ*, and how uncertain it is.</summary>
public sealed class StreamedFitResult
{
    private readonly IFitCost cost;
    private readonly Lazy<Curvature> curvature;

    internal StreamedFitResult(StreamedFitProblem problem, IFitCost cost, Minimum minimum)
    {
        this.cost = cost;
        Problem = problem;
        Minimum = minimum;
        Parameters = Vector<double>.Build.Dense(cost.Unknowns.Completed(minimum.Parameters.AsArray()));
        curvature = new Lazy<Curvature>(() =>
        {
            try
            {
                return Curvature.WithHeld(cost, problem, cost.Unknowns.Held(cost, minimum.Parameters.AsArray()), minimum);
            }
            finally
            {
                problem.Model.Leave(Parameters);
            }
        });
    }

    /// <summary>The problem.</summary>
    public StreamedFitProblem Problem { get; }

    /// <summary>How the minimiser ended, its work and its path.</summary>
    public Minimum Minimum { get; }

    /// <summary>The names of θ, in order.</summary>
    public IReadOnlyList<string> Names => cost.Unknowns.Names;

    /// <summary>θ*, in the order of <see cref="Names"/>.</summary>
    public Vector<double> Parameters { get; }

    /// <summary>The observed numbers, of samples whose weight is not 0.</summary>
    public int Observations => cost.Observations;

    /// <summary>The scale s of the noise, where the distance has one; else NaN.</summary>
    public double Scale => Problem.Distance.HasScale ? Math.Exp(Minimum.Parameters[^1]) : double.NaN;

    /// <summary>The covariance of θ*, as <see cref="FitResult.Covariance"/> has it, in two passes more over the samples.</summary>
    /// <exception cref="NotSupportedException">The model has too many parameters for a Hessian.</exception>
    public Matrix<double> Covariance => curvature.Value.Covariance;

    /// <summary>The square roots of the covariance's diagonal.</summary>
    /// <exception cref="NotSupportedException">The model has too many parameters for a Hessian.</exception>
    public Vector<double> StandardErrors => Covariance.Diagonal().PointwiseSqrt();

    /// <summary>Wald's intervals, θ* ± q · standard error.</summary>
    /// <param name="level">The share of intervals that cover the truth.</param>
    public IReadOnlyList<Interval> Intervals(double level = 0.95)
    {
        if (!(level > 0.0 && level < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        double quantile = Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + level));
        return [.. Parameters.Zip(StandardErrors, (value, error) => new Interval(value - quantile * error, value + quantile * error))];
    }

    /// <summary>This result, where the minimiser ended at a minimum.</summary>
    /// <exception cref="InvalidOperationException">It did not; the message says why.</exception>
    public StreamedFitResult ThrowIfNotConverged()
    {
        Minimum.ThrowIfNotConverged();
        return this;
    }
}
