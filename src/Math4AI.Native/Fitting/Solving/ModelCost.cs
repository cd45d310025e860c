using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Samples;
using Math4AI.Optimization;
using Math4AI.Processes;
using MathNet.Numerics.Random;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// The cost of a fit by its gradient alone, as a sum over blocks of samples: for distances of vectors, for models whose
/// derivatives are not known sample by sample, and for more samples than memory holds.
/// </summary>
internal sealed class ModelCost : BlockCost, IFitCost
{
    private const double Float64Epsilon = 2.220446049250313e-16;
    private const int Trials = 8;
    private const double FactorOfNoise = 4.0;
    private readonly FitProblem settings;
    private readonly IFitBlocks data;
    private readonly double epsilon;
    private readonly double[] sizes;

    public ModelCost(FitProblem settings, IFitBlocks data)
    {
        this.settings = settings;
        this.data = data;
        Unknowns = new FreeParameters(settings);
        Bounds = Unknowns.Bounds;
        epsilon = settings.Model.Epsilon;
        sizes = new double[data.Count];
        for (int block = 0; block < data.Count; block++)
        {
            FitBlock samples = data.Read(block);
            int counted = samples.Weights?.Count(weight => weight > 0.0) ?? samples.Targets.Samples;
            Observations += counted * samples.Targets.Columns;
        }
    }

    public FreeParameters Unknowns { get; }

    public int Observations { get; }

    public override int Parameters => Unknowns.Count;

    public override int Blocks => data.Count;

    public override bool IsParallel => settings.Model.IsParallel;

    public override ProcessGroup Processes => settings.Processes;

    /// <summary>
    /// Σ w |∂d/∂f| ε |f|: what the rounding of the outputs makes of the last cost; 0 for outputs in float64.
    /// </summary>
    public override double Rounding => epsilon > Float64Epsilon ? epsilon * SumOfSizes() : 0.0;

    public override double Evaluate(int block, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double[] theta = Unknowns.Completed(parameters);
        FitBlock samples = data.Read(block);
        double logScale = settings.Distance.HasScale ? parameters[^1] : 0.0, cost = 0.0, scaleSlope = 0.0;
        if (gradient.IsEmpty)
        {
            double[] values = new double[samples.Inputs.RowCount * settings.Model.Outputs];
            settings.Model.Evaluate(samples.Inputs, theta, values, []);
            double[] slopes = new double[values.Length];
            cost = Distances(samples, logScale, values, slopes, out _);
            sizes[block] = Size(values, slopes);
        }
        else
        {
            double[] all = new double[theta.Length];
            settings.Model.Gradient(
                samples.Inputs,
                theta,
                (values, slopes) =>
                {
                    cost = Distances(samples, logScale, values, slopes, out scaleSlope);
                    sizes[block] = Size(values, slopes);
                },
                all);
            for (int j = 0; j < Unknowns.Free.Count; j++)
            {
                gradient[j] = all[Unknowns.Free[j]];
            }

            if (settings.Distance.HasScale)
            {
                gradient[^1] = scaleSlope;
            }
        }

        return block == 0 ? cost + AddPriors(parameters, gradient) : cost;
    }

    public IFitCost With(FitProblem settings) => new ModelCost(settings, data);

    public Minimum Minimize(double[] all, CancellationToken cancellation) =>
        FitMethod.Minimize(
            settings,
            Unknowns,
            all,
            Spread,
            other => ReferenceEquals(other, settings) ? this : new ModelCost(other, data),
            cancellation);

    /// <summary>
    /// A gradient that changes by its own size if the parameters change in their last digit is indistinguishable from
    /// 0: such a point is the minimum to rounding.
    /// </summary>
    public override bool IsFlatToRounding(ReadOnlySpan<double> parameters)
    {
        if (epsilon <= Float64Epsilon)
        {
            return false;
        }

        double[] at = parameters.ToArray(), gradient = new double[at.Length], there = new double[at.Length];
        double[] moved = new double[at.Length], noise = new double[at.Length];
        Gradient(at, gradient);
        if (settings.Distance.HasScale)
        {
            // By log s the outputs' rounding enters the slope as it enters the cost.
            noise[^1] = Rounding;
        }

        var random = new MersenneTwister(1, threadSafe: false);
        for (int trial = 0; trial < Trials; trial++)
        {
            for (int j = 0; j < at.Length; j++)
            {
                moved[j] = at[j] * (1.0 + (random.NextBoolean() ? epsilon : -epsilon));
            }

            Gradient(moved, there);
            for (int j = 0; j < at.Length; j++)
            {
                noise[j] = Math.Max(noise[j], Math.Abs(there[j] - gradient[j]));
            }
        }

        return Enumerable.Range(0, at.Length)
            .All(j => Bounds?.Holds(j, at[j], gradient[j]) == true
                || Math.Abs(gradient[j]) <= FactorOfNoise * noise[j]);
    }

    public bool HasRows => false;

    public void VisitRows(ReadOnlySpan<double> parameters, IFitCost.TakeRows take) => throw NoRows();

    public void VisitSlopes(ReadOnlySpan<double> parameters, IFitCost.TakeSlopes take) => throw NoRows();

    private static NotSupportedException NoRows() =>
        new("The derivatives of single samples are not known, of vector distances and of modules.");

    private double SumOfSizes()
    {
        (long first, long end) = Processes.Share(Blocks);
        double[] sum = [sizes[(int)first..(int)end].Sum()];
        Processes.Sum(sum);
        return sum[0];
    }

    /// <summary>Σ |s f|.</summary>
    private static double Size(ReadOnlySpan<double> values, ReadOnlySpan<double> slopes)
    {
        double sum = 0.0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += Math.Abs(slopes[i] * values[i]);
        }

        return sum;
    }

    /// <summary>Σ w d, and its slopes by the outputs.</summary>
    private double Distances(
        FitBlock samples, double logScale, ReadOnlySpan<double> values, Span<double> slopes, out double scaleSlope)
    {
        int count = samples.Targets.Samples, outputs = settings.Model.Outputs;
        double[] predicted = new double[outputs], observed = new double[samples.Targets.Columns],
            ofOne = new double[outputs];
        double cost = 0.0;
        scaleSlope = 0.0;
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < outputs; k++)
            {
                predicted[k] = values[k * count + i];
            }

            for (int k = 0; k < observed.Length; k++)
            {
                observed[k] = samples.Targets[k * count + i];
            }

            double weight = samples.Weights?[i] ?? 1.0;
            cost += weight * settings.Distance.ExpandSample(predicted, observed, logScale, ofOne, out double ofScale);
            scaleSlope += weight * ofScale;
            for (int k = 0; k < outputs; k++)
            {
                slopes[k * count + i] = weight * ofOne[k];
            }
        }

        return cost;
    }

    private double AddPriors(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double cost = 0.0;
        for (int j = 0; j < Unknowns.Free.Count; j++)
        {
            if (Unknowns.Priors[j] is { } prior)
            {
                Expansion expansion = prior.Expand(parameters[j]);
                cost += expansion.Value;
                if (!gradient.IsEmpty)
                {
                    gradient[j] += expansion.Slope;
                }
            }
        }

        return cost;
    }

    /// <summary>The median of |f − y| in the first block; 1 if the two are no numbers of one kind.</summary>
    private (double Spread, double Size) Spread(double[] all)
    {
        FitBlock samples = data.Read(0);
        double[] values = new double[samples.Inputs.RowCount * settings.Model.Outputs];
        if (values.Length != samples.Targets.Values.Count)
        {
            return (1.0, 0.0);
        }

        settings.Model.Evaluate(samples.Inputs, all, values, []);
        return FitMethod.Spread(values, samples.Targets.Values, samples.Weights);
    }
}
