using System.Numerics.Tensors;
using Math4AI.Fitting.Distances;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// The posterior density of a problem, log p(θ, s | y) = log p(y | θ, s) + Σ log p_j up to a constant, over the free
/// parameters and, where the noise is estimated, its scale s. Parameters without a prior are flat on their range, and s
/// is flat on s > 0. Least squares stands for normal noise, −n log s − Σ w (f − y)²/(2 s²).
/// </summary>
internal sealed class FitDensity : LogDensity
{
    private readonly FitProblem problem;
    private readonly int[] free;
    private readonly Prior?[] priors;
    private readonly double[] theta;
    private readonly double[] values;
    private readonly double[] ofValues;
    private readonly double[] jacobian;
    private readonly double[] all;

    public FitDensity(FitProblem problem)
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
        values = new double[problem.Inputs!.RowCount * problem.Model.Outputs];
        ofValues = new double[values.Length];
        jacobian = IsElementwise ? new double[checked(values.Length * names.Count)] : [];
        all = new double[names.Count];
    }

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<(double Lower, double Upper)> Bounds { get; }

    /// <summary>Whether the scale of the noise is among the parameters.</summary>
    public bool HasScale { get; }

    private bool IsElementwise => problem.Model.HasJacobian && problem.Distance.IsElementwise;

    private FitTargets Targets => problem.Targets!;

    /// <summary>The name of the scale of the noise: sigma, or noise where sigma is a parameter of the model.</summary>
    public static string ScaleName(FitProblem problem) =>
        problem.Model.ParameterNames.Contains("sigma") ? "noise" : "sigma";

    /// <summary>Whether a parameter has a prior.</summary>
    public bool HasPrior(string name) => problem.Priors.ContainsKey(name);

    public override LogDensity ForChain() => new FitDensity(problem);

    public override double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double scale = HasScale ? parameters[^1] : 1.0;
        Fill(parameters);
        double sum = 0.0, ofScale = 0.0;
        if (IsElementwise)
        {
            problem.Model.Evaluate(problem.Inputs!, theta, values, jacobian);
            (sum, ofScale) = Likelihood(values, ofValues, scale);
            for (int j = 0; j < free.Length; j++)
            {
                gradient[j] = TensorPrimitives.Dot<double>(
                    jacobian.AsSpan(free[j] * values.Length, values.Length), ofValues);
            }
        }
        else
        {
            EvaluateByOutputs(scale, ref sum, ref ofScale);
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
        double[] found = new double[Targets.Samples];
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = OfSample(i, values, scale);
        }

        return found;
    }

    /// <summary>All parameters of the model, with the fixed ones, of a draw.</summary>
    public Vector<double> ParametersOf(ReadOnlySpan<double> parameters)
    {
        Fill(parameters);
        return Vector<double>.Build.DenseOfArray([.. theta]);
    }

    /// <summary>
    /// log p(y | θ, s) + Σ log p_j with all constants, less what <see cref="Evaluate"/> computes of it: the same for
    /// all parameters.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A prior does not integrate to 1 on the parameter's range.
    /// </exception>
    public double ConstantAt(ReadOnlySpan<double> parameters)
    {
        if (WhyNoEvidence is { } why)
        {
            throw new InvalidOperationException(why);
        }

        double sum = PointwiseAt(parameters).Sum();
        for (int j = 0; j < priors.Length; j++)
        {
            sum += priors[j] is { } prior
                ? -prior.Expand(parameters[j]).Value
                : -Math.Log(Bounds[j].Upper - Bounds[j].Lower);
        }

        return sum - Evaluate(parameters, new double[priors.Length]);
    }

    /// <summary>Why a prior does not integrate to 1 on its parameter's range; null if all do.</summary>
    public string? WhyNoEvidence
    {
        get
        {
            for (int j = 0; j < priors.Length; j++)
            {
                (double lower, double upper) = Bounds[j];
                if (priors[j] is null && !double.IsFinite(upper - lower))
                {
                    return $"'{Names[j]}' is flat without end, and the evidence is then not defined: give it a prior "
                        + "or bounds.";
                }

                if (priors[j] is { } prior && prior.Support != Bounds[j])
                {
                    return $"The range of '{Names[j]}', {lower} to {upper}, leaves out a part of its prior, whose mass "
                        + "is then not 1: give it a prior of that range, such as uniform or half_normal, or take away "
                        + "the bounds.";
                }
            }

            return null;
        }
    }

    private void Fill(ReadOnlySpan<double> parameters)
    {
        for (int j = 0; j < free.Length; j++)
        {
            theta[free[j]] = parameters[j];
        }
    }

    private void EvaluateByOutputs(double scale, ref double sum, ref double ofScale)
    {
        (double Sum, double OfScale) found = default;
        lock (problem.Model)
        {
            // A module has one set of parameters, which the chains use in turn.
            problem.Model.Gradient(
                problem.Inputs!, theta, (outputs, slopes) => found = Likelihood(outputs, slopes, scale), all);
        }

        (sum, ofScale) = found;
    }

    /// <summary>log p(y | f, s) with its slopes by f and s.</summary>
    private (double Sum, double OfScale) Likelihood(
        ReadOnlySpan<double> outputs, Span<double> slopes, double scale)
    {
        double logScale = Math.Log(scale), sum = 0.0, ofScale = 0.0;
        int samples = Targets.Samples, width = problem.Model.Outputs;
        bool isSquared = problem.Distance.Noise == NoiseModel.LeastSquares;
        double precision = 1.0 / (scale * scale);
        double[] predicted = new double[width], observed = new double[Targets.Columns], ofOne = new double[width];
        for (int i = 0; i < samples; i++)
        {
            double weight = problem.Weights?[i] ?? 1.0;
            for (int k = 0; k < width; k++)
            {
                predicted[k] = outputs[k * samples + i];
            }

            for (int k = 0; k < observed.Length; k++)
            {
                observed[k] = Targets[k * samples + i];
            }

            double cost = problem.Distance.ExpandSample(
                predicted, observed, logScale, ofOne, out double ofLogScale);
            double factor = isSquared ? -0.5 * weight * precision : -weight;
            sum += factor * cost - (isSquared && HasScale && weight > 0.0 ? width * logScale : 0.0);
            ofScale += isSquared
                ? (weight * cost * precision - (weight > 0.0 ? width : 0)) / scale
                : -weight * ofLogScale / scale;
            for (int k = 0; k < width; k++)
            {
                slopes[k * samples + i] = factor * ofOne[k];
            }
        }

        return (sum, ofScale);
    }

    private double OfSample(int i, ReadOnlySpan<double> outputs, double scale)
    {
        int samples = Targets.Samples, width = problem.Model.Outputs;
        double weight = problem.Weights?[i] ?? 1.0;
        double[] predicted = new double[width], observed = new double[Targets.Columns], ofOne = new double[width];
        for (int k = 0; k < width; k++)
        {
            predicted[k] = outputs[k * samples + i];
        }

        for (int k = 0; k < observed.Length; k++)
        {
            observed[k] = Targets[k * samples + i];
        }

        double cost = problem.Distance.ExpandSample(predicted, observed, Math.Log(scale), ofOne, out _);
        return problem.Distance.Noise == NoiseModel.LeastSquares
            ? 0.5 * width * Math.Log(weight / (2.0 * Math.PI * scale * scale)) - 0.5 * weight * cost / (scale * scale)
            : problem.Distance.LogLikelihood(weight * cost, 1);
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
        return (Math.Max(Math.Max(lower, from), least), Math.Min(upper, to));
    }
}
