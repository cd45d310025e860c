using Math4AI.Data;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Samples;
using Math4AI.Fitting.Solving;
using Math4AI.Processes;
using Math4AI.Runtime;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>
/// Fits to data drawn again. For least squares in memory, residuals are drawn, centered and freed of their leverage,
/// r/√(1 − h), or normal noise where σ is absolute, and intervals are those of the studentized estimates (bootstrap-t).
/// Otherwise, and with errors of the inputs, samples are drawn, and intervals are percentiles; of a
/// <see cref="FitSource"/>, each sample as often as a Poisson number of mean 1 says. Source: A. Davison and D. Hinkley,
/// "Bootstrap Methods and their Application" (1997), chapters 2 and 6.
/// </summary>
public sealed class Bootstrap
{
    private readonly FitResult fit;
    private readonly double[][] studentized;

    private Bootstrap(FitResult fit, Matrix<double> estimates, double[][] studentized, int failures)
    {
        this.fit = fit;
        this.studentized = studentized;
        Estimates = estimates;
        Failures = failures;
    }

    /// <summary>Gets the estimates, resamples × parameters.</summary>
    public Matrix<double> Estimates { get; }

    /// <summary>
    /// Gets the number of resamples whose fit did not converge; they are left out of <see cref="Estimates"/>.
    /// </summary>
    public int Failures { get; }

    /// <summary>Gets the standard deviations of the estimates, one for each parameter.</summary>
    public Vector<double> StandardErrors =>
        Vector<double>.Build.Dense(Estimates.ColumnCount, j => Estimates.Column(j).StandardDeviation());

    /// <summary>Returns the confidence intervals of all parameters, within their bounds.</summary>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public IReadOnlyList<Interval> Intervals(double level = 0.95)
    {
        double tail = 0.5 * (1.0 - level);
        Vector<double> errors = studentized.Length == 0 ? fit.StandardErrors : fit.ErrorsWithoutBounds;
        return
        [
            .. Enumerable.Range(0, Estimates.ColumnCount).Select(j =>
            {
                if (studentized.Length == 0)
                {
                    double[] values = [.. Estimates.Column(j)];
                    return new Interval(Statistics.Quantile(values, tail), Statistics.Quantile(values, 1.0 - tail));
                }

                double[] ratios = studentized[j];
                (double lower, double upper) = fit.Problem.Bounds.GetValueOrDefault(
                    fit.Names[j], (double.NegativeInfinity, double.PositiveInfinity));
                return new Interval(
                    Math.Clamp(fit.Parameters[j] - errors[j] * Statistics.Quantile(ratios, 1.0 - tail), lower, upper),
                    Math.Clamp(fit.Parameters[j] - errors[j] * Statistics.Quantile(ratios, tail), lower, upper));
            }),
        ];
    }

    /// <summary>Returns the number of resamples.</summary>
    public override string ToString() => Counted.Of(Estimates.RowCount, "resample")
        + (Failures > 0 ? $", and {Failures} that could not be fitted" : string.Empty);

    internal static Bootstrap Of(
        FitResult fit, int replicates, int seed, ProcessGroup? processes, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicates, 2);
        // With errors of the inputs whole samples are drawn, since a residual of y tells only a part of its noise.
        bool isSquared = fit.Problem.InputSigma is null && fit.Problem.Distance.Noise == NoiseModel.LeastSquares
            && fit.HasSampleDiagnostics && fit.Problem.Source is null;
        double[] residuals = isSquared ? FreedResiduals(fit) : [];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = fit.Problem.Model.IsParallel ? Compute.Threads : 1,
            CancellationToken = cancellation,
        };
        double[][] found = (processes ?? ProcessGroup.Single).Distribute(replicates, own =>
        {
            double[][] ofOwn = new double[own.Count][];
            Parallel.For(0, own.Count, options, i => ofOwn[i] = Replicate(
                fit, isSquared, residuals, seed, own[i], cancellation));
            return ofOwn;
        });
        int count = fit.Parameters.Count;
        List<(double[] Parameters, double[] Errors)> good =
            [.. found.Where(each => each.Length > 0).Select(each => (each[..count], each[count..]))];
        if (good.Count < 2)
        {
            throw new InvalidOperationException(
                "The fits to data drawn again did not converge: the model may have too many parameters.");
        }

        return new Bootstrap(
            fit,
            Matrix<double>.Build.DenseOfRowArrays(good.Select(each => each.Parameters)),
            isSquared ? Ratios(fit, good) : [],
            replicates - good.Count);
    }

    /// <summary>The estimates of one resample and, if known, their errors; nothing where the fit does not
    /// converge.</summary>
    private static double[] Replicate(
        FitResult fit, bool isSquared, double[] residuals, int seed, int replicate, CancellationToken cancellation)
    {
        // A generator for each replicate: the same draws however many threads and processes there are.
        var random = new MersenneTwister(unchecked(seed * 1_000_003 + replicate), threadSafe: false);
        FitProblem drawn = isSquared
            ? WithResiduals(fit, residuals, random)
            : Resampled(fit.Problem, seed, replicate, random);
        IFitCost cost = drawn.Cost();
        var minimum = cost.Minimize([.. fit.Parameters], cancellation);
        if (!minimum.IsConverged)
        {
            return [];
        }

        var result = new FitResult(drawn, cost, minimum);
        return [.. result.Parameters, .. isSquared ? result.ErrorsWithoutBounds.ToArray() : []];
    }

    /// <summary>For each parameter: how far each replicate lies from the fit, in standard errors of its own.</summary>
    private static double[][] Ratios(FitResult fit, List<(double[] Parameters, double[] Errors)> replicates) =>
        [.. Enumerable.Range(0, fit.Names.Count).Select(j => replicates
            .Select(each => each.Errors[j] > 0.0 ? (each.Parameters[j] - fit.Parameters[j]) / each.Errors[j] : 0.0)
            .ToArray())];

    private static FitProblem Resampled(FitProblem problem, int seed, int replicate, MersenneTwister random) =>
        problem.Source is { } source ? problem with { Source = Redrawn(source, seed, replicate) }
        : problem.InputSigma is not null ? problem.Select(Drawn(problem, random))
        : problem with { Weights = Counts(problem, random) };

    /// <summary>Of the samples that count, column after column.</summary>
    private static double[] FreedResiduals(FitResult fit)
    {
        Vector<double> leverage = fit.Leverage;
        int samples = fit.Problem.Targets!.Samples;
        double[] residuals =
        [
            .. Enumerable.Range(0, fit.Residuals.Count).Where(i => WeightOf(fit.Problem, i % samples) > 0.0).Select(i =>
                fit.Residuals[i] * Math.Sqrt(WeightOf(fit.Problem, i % samples) / Math.Max(1e-6, 1.0 - leverage[i]))),
        ];
        double mean = residuals.Average();
        return [.. residuals.Select(residual => residual - mean)];
    }

    private static double WeightOf(FitProblem problem, int sample) => problem.Weights?[sample] ?? 1.0;

    private static FitProblem WithResiduals(FitResult fit, double[] residuals, MersenneTwister random)
    {
        FitProblem problem = fit.Problem;
        FitTargets targets = problem.Targets!;
        int samples = targets.Samples, counted = residuals.Length / targets.Columns;
        return problem with
        {
            Targets = targets.With(i =>
            {
                // Each column of y has noise of its own.
                double weight = WeightOf(problem, i % samples);
                return weight > 0.0
                    ? fit.Fitted[i] + Noise(i) / Math.Sqrt(weight)
                    : targets[i];
            }),
        };

        double Noise(int i) => problem.IsSigmaAbsolute
            ? Normal.Sample(random, 0.0, 1.0)
            : residuals[i / samples * counted + random.Next(counted)];
    }

    /// <summary>A source whose samples are drawn again: with weights that count how often.</summary>
    private static FitSource Redrawn(FitSource source, int seed, int replicate) => source with
    {
        Samples = new RedrawnSource(
            source.Samples, source.WeightColumn, unchecked((ulong)(seed * 1_000_003L + replicate))),
        WeightColumn = source.Samples.Channels,
    };

    /// <summary>Samples drawn with replacement from those that count.</summary>
    private static int[] Drawn(FitProblem problem, MersenneTwister random)
    {
        int[] counted =
            [.. Enumerable.Range(0, problem.Targets!.Samples).Where(i => WeightOf(problem, i) > 0.0)];
        return [.. counted.Select(_ => counted[random.Next(counted.Length)])];
    }

    private static Vector<double> Counts(FitProblem problem, MersenneTwister random)
    {
        Vector<double> counts = Vector<double>.Build.Dense(problem.Targets!.Samples);
        foreach (int i in Drawn(problem, random))
        {
            counts[i] += 1.0;
        }

        return problem.Weights is null ? counts : counts.PointwiseMultiply(problem.Weights);
    }
}
