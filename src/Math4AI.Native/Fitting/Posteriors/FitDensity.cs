using System.Globalization;
using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// The posterior density of a problem, log p(θ, s | y) = log p(y | θ, s) + Σ log p_j up to a constant, over the free
/// parameters and, where the noise is estimated, its scale s. Parameters without a prior are flat on their range, and s
/// is flat on s > 0. Least squares stands for normal noise, −n log s − Σ w (f − y)²/(2 s²).
/// </summary>
internal sealed class FitDensity : LogDensity
{
    // Draws of a prior until one lies inside the bounds.
    private const int MaxTries = 10_000;

    // Draws × samples that are held at once.
    private const long MaxDensities = 20_000_000;

    private readonly FitProblem problem;
    private readonly int[] free;
    private readonly Prior?[] priors;
    private readonly double[] theta;
    private readonly double[] values;
    private readonly double[] ofValues;
    private readonly double[] jacobian;
    private readonly double[] all;
    private readonly SampleLikelihood likelihood;
    private readonly AffinePredictor? affine;

    public FitDensity(FitProblem problem)
        : this(problem, null)
    {
    }

    private FitDensity(FitProblem problem, FitDensity? other)
    {
        this.problem = problem;
        IReadOnlyList<string> names = problem.Model.ParameterNames;
        free = [.. Enumerable.Range(0, names.Count).Where(i => !problem.Fixed.ContainsKey(names[i]))];
        HasScale = problem.Distance.HasScale
            || (problem.Distance.Noise == NoiseModel.LeastSquares && !problem.IsSigmaAbsolute);
        string scale = ScaleName(problem);
        Names = [.. free.Select(i => names[i]), .. HasScale ? [scale] : Array.Empty<string>()];
        priors = [.. Names.Select(name => problem.Priors.GetValueOrDefault(name))];
        Bounds = [.. Names.Select((name, j) => Range(
            name, priors[j], HasScale && j == free.Length ? 0.0 : double.NegativeInfinity))];
        theta = [.. names.Select(name => problem.Fixed.GetValueOrDefault(name))];
        likelihood = other?.likelihood ?? new SampleLikelihood(problem, HasScale);
        affine = other is not null ? other.affine : IsElementwise ? AffinePredictor.Of(problem, free) : null;
        values = new double[problem.Inputs!.RowCount * problem.Model.Outputs];
        ofValues = new double[affine is null ? values.Length : 0];
        jacobian = IsElementwise && affine is null && !problem.Model.PrefersGradient
            ? new double[checked(values.Length * names.Count)]
            : [];
        all = new double[names.Count];
    }

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<(double Lower, double Upper)> Bounds { get; }

    /// <summary>Whether the scale of the noise is among the parameters.</summary>
    public bool HasScale { get; }

    private bool IsElementwise => problem.Model.HasJacobian && problem.Distance.IsElementwise;

    /// <summary>The name of the scale of the noise: sigma, or noise where sigma is a parameter of the model.</summary>
    public static string ScaleName(FitProblem problem) =>
        problem.Model.ParameterNames.Contains("sigma") ? "noise" : "sigma";

    /// <summary>Whether every parameter has a prior that can be drawn.</summary>
    public bool CanDrawPrior => Array.TrueForAll(priors, prior => prior is { CanDraw: true });

    /// <summary>Why the priors alone have no finite integral; null if they do.</summary>
    public string? WhyPriorsAreNotProper => Enumerable.Range(0, priors.Length)
        .Where(j => priors[j] is not { CanDraw: true } && !double.IsFinite(Bounds[j].Upper - Bounds[j].Lower))
        .Select(j => $"{Names[j]} has no prior")
        .FirstOrDefault();

    /// <summary>Where a prior that can be drawn lies, and how wide it is; null of another or none.</summary>
    public (double Middle, double Width)? PriorWidth(int parameter)
    {
        const int Count = 101, Quarter = Count / 4;
        if (priors[parameter] is not { CanDraw: true } prior)
        {
            return null;
        }

        var random = new MersenneTwister(1, threadSafe: false);
        double[] drawn = [.. Enumerable.Range(0, Count).Select(_ => prior.Draw(random)).Order()];
        return (drawn[Count / 2], drawn[Count - 1 - Quarter] - drawn[Quarter]);
    }

    /// <summary>Whether a parameter has a prior.</summary>
    public bool HasPrior(string name) => problem.Priors.ContainsKey(name);

    internal override bool IsTested => true;

    public override LogDensity ForChain() => new FitDensity(problem, this);

    public override double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double scale = HasScale ? parameters[^1] : 1.0;
        Fill(parameters);
        double sum = 0.0, ofScale = 0.0;
        if (affine is not null)
        {
            (sum, ofScale) = affine.Evaluate(
                parameters,
                (first, outputs, slopes) => likelihood.Elementwise(first, outputs, scale, slopes),
                gradient);
        }
        else if (IsElementwise && !problem.Model.PrefersGradient)
        {
            problem.Model.Evaluate(problem.Inputs!, theta, values, jacobian);
            (sum, ofScale) = likelihood.Elementwise(0, values, scale, ofValues);
            for (int j = 0; j < free.Length; j++)
            {
                gradient[j] = TensorPrimitives.Dot<double>(
                    jacobian.AsSpan(free[j] * values.Length, values.Length), ofValues);
            }
        }
        else
        {
            (sum, ofScale) = EvaluateByOutputs(scale);
            for (int j = 0; j < free.Length; j++)
            {
                gradient[j] = all[free[j]];
            }
        }

        if (HasScale)
        {
            gradient[^1] = ofScale;
        }

        return sum + AddPriors(parameters, gradient);
    }

    /// <summary>log p(y_i | θ, s) of every sample, with all constants.</summary>
    public double[] PointwiseAt(ReadOnlySpan<double> parameters)
    {
        double scale = HasScale ? parameters[^1] : 1.0;
        Fill(parameters);
        problem.Model.Evaluate(problem.Inputs!, theta, values, []);
        return likelihood.Pointwise(values, scale);
    }

    /// <summary>
    /// How well the model predicts each sample without it, from draws. Of very many samples, every second, third … draw
    /// is used.
    /// </summary>
    /// <param name="draws">Draws × parameters.</param>
    public PredictiveAccuracy LeaveOneOut(Matrix<double> draws)
    {
        long step = 1 + (long)draws.RowCount * problem.Targets!.Samples / MaxDensities;
        var logs = new List<double[]>();
        for (long s = 0; s < draws.RowCount; s += step)
        {
            logs.Add(PointwiseAt(draws.Row((int)s).ToArray()));
        }

        return PredictiveAccuracy.Of(
            logs, problem.Targets.Values, problem.Distance.Observation != ObservationKind.Number);
    }

    /// <summary>All parameters of the model, with the fixed ones, of a draw.</summary>
    public Vector<double> ParametersOf(ReadOnlySpan<double> parameters)
    {
        Fill(parameters);
        return Vector<double>.Build.DenseOfArray([.. theta]);
    }

    /// <summary>Parameters from their priors, inside their bounds.</summary>
    /// <exception cref="ArgumentException">
    /// A parameter has no prior, or hardly any of it lies inside its bounds.
    /// </exception>
    public double[] DrawPrior(System.Random random)
    {
        double[] drawn = new double[priors.Length];
        for (int j = 0; j < drawn.Length; j++)
        {
            Prior prior = priors[j] ?? throw new ArgumentException(
                $"'{Names[j]}' has no prior, and cannot be drawn from one: give it a prior, such as normal(0, 1).");
            (double lower, double upper) = Bounds[j];
            int tries = 0;
            do
            {
                drawn[j] = ++tries <= MaxTries ? prior.Draw(random) : throw new ArgumentException(
                    $"Hardly any of the prior of '{Names[j]}' lies inside its bounds, {lower} to {upper}.");
            }
            while (!(drawn[j] >= lower && drawn[j] <= upper));
        }

        return drawn;
    }

    /// <summary>
    /// log p(y | θ, s) + Σ log p_j with all constants, less what <see cref="Evaluate"/> computes of it: the same for
    /// all parameters.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A prior does not integrate to 1 on the parameter's range.
    /// </exception>
    public double ConstantAt(ReadOnlySpan<double> parameters) => WhyNoEvidence is { } why
        ? throw new InvalidOperationException(why)
        : ConstantAt(parameters, _ => true);

    /// <summary>The same where some parameters have no prior here.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="hasPrior">Which of them have their prior here.</param>
    public double ConstantAt(ReadOnlySpan<double> parameters, Func<int, bool> hasPrior)
    {
        double sum = PointwiseAt(parameters).Sum();
        for (int j = 0; j < priors.Length; j++)
        {
            sum += !hasPrior(j) ? 0.0
                : priors[j] is { } prior
                ? -prior.Expand(parameters[j]).Value
                : -Math.Log(Bounds[j].Upper - Bounds[j].Lower);
        }

        return sum - Evaluate(parameters, new double[priors.Length]);
    }

    /// <summary>Why a prior does not integrate to 1 on its parameter's range; null if all do.</summary>
    public string? WhyNoEvidence => WhyNoEvidenceOf(_ => true);

    /// <summary>The same of some of the parameters.</summary>
    public string? WhyNoEvidenceOf(Func<int, bool> hasPrior) => Enumerable.Range(0, priors.Length)
        .Where(hasPrior).Select(j => WhyNotProper(Names[j], priors[j], Bounds[j]))
        .FirstOrDefault(why => why is not null);

    /// <summary>
    /// Why the scale of the noise cannot be told; null if it can. Of n numbers and k linear parameters that are flat
    /// without bounds, the density of the scale s alone falls as s^(k − n), and has no integral unless n − k is 2 or
    /// more, although the density of all parameters falls along each of them.
    /// </summary>
    public string? WhyScaleIsOpen
    {
        get
        {
            if (!HasScale || priors[^1] is not null || !double.IsInfinity(Bounds[^1].Upper))
            {
                return null;
            }

            int count = problem.Model.Outputs
                * (problem.Weights?.Count(weight => weight > 0.0) ?? problem.Targets!.Samples);
            string[] flat = [.. Names.Take(free.Length).Where((_, j) => priors[j] is null
                && double.IsInfinity(Bounds[j].Lower) && double.IsInfinity(Bounds[j].Upper))];
            if (count - flat.Length > 1)
            {
                return null;
            }

            int linear = problem.Model.Expressions.Count > 0
                ? AffinePredictor.CountLinear(problem.Model.Expressions, flat)
                : LinearParameters.Count(problem, theta, flat);
            return count - linear > 1
                ? null
                : $"The posterior is improper: of {Counted.Of(count, "number")} and {Counted.Of(linear, "parameter")} "
                    + $"without a prior, it does not vanish fast enough as {Names[^1]} grows without end. Give "
                    + $"'{Names[^1]}' a prior, such as half_cauchy of the size of the noise, or have more samples.";
        }
    }

    /// <summary>Why a prior does not integrate to 1 on a range; null if it does.</summary>
    public static string? WhyNotProper(string name, Prior? prior, (double Lower, double Upper) bounds)
    {
        (double lower, double upper) = bounds;
        return prior is null && !double.IsFinite(upper - lower)
            ? $"'{name}' is flat without end, and the evidence is then not defined: give it a prior or bounds."
            : prior is not null && prior.Support != bounds
            ? $"The range of '{name}', {lower} to {upper}, leaves out a part of its prior, whose mass is then not 1: "
                + "give it a prior of that range, such as uniform or half_normal, or take away the bounds."
            : null;
    }

    private void Fill(ReadOnlySpan<double> parameters)
    {
        for (int j = 0; j < free.Length; j++)
        {
            theta[free[j]] = parameters[j];
        }
    }

    /// <summary>Sets ∂ log p/∂θ of all parameters, and returns log p and its slope by s.</summary>
    private (double Sum, double OfScale) EvaluateByOutputs(double scale)
    {
        (double Sum, double OfScale) found = default;
        void Differentiate() => problem.Model.Gradient(
            problem.Inputs!, theta,
            (outputs, slopes) => found = IsElementwise
                ? likelihood.Elementwise(0, outputs, scale, slopes)
                : likelihood.BySample(outputs, slopes, scale),
            all);
        if (IsElementwise && problem.Model.IsParallel)
        {
            Differentiate();
            return found;
        }

        lock (problem.Model)
        {
            // A module has one set of parameters, which the chains use in turn.
            Differentiate();
        }

        return found;
    }

    private double AddPriors(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double sum = 0.0;
        for (int j = 0; j < priors.Length; j++)
        {
            if (priors[j]?.Expand(parameters[j]) is { } expansion)
            {
                sum -= expansion.Value;
                gradient[j] -= expansion.Slope;
            }
        }

        return sum;
    }

    private (double Lower, double Upper) Range(string name, Prior? prior, double least)
    {
        (double lower, double upper) =
            problem.Bounds.GetValueOrDefault(name, (double.NegativeInfinity, double.PositiveInfinity));
        (double from, double to) = prior?.Support ?? (double.NegativeInfinity, double.PositiveInfinity);
        lower = Math.Max(lower, least);
        return prior is null || lower >= upper || Math.Max(lower, from) < Math.Min(upper, to)
            ? (Math.Max(lower, from), Math.Min(upper, to))
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The bounds of '{name}', {lower} to {upper}, and its prior, of {from} to {to}, have no number in "
                + $"common: change the bounds or the prior."));
    }
}
