using Math4AI.Calculus.DifferentialEquations;
using Math4AI.Fitting.Formulas;
using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Models;

/// <summary>
/// A model whose values are observed of the solution of differential equations: f = g(t, y(t, θ), θ), with the
/// derivatives ∂f/∂θ = ∂g/∂θ + ∂g/∂y S from the sensitivities S = ∂y/∂θ, which are integrated along.
/// </summary>
internal sealed class OdeModel : Model
{
    private readonly OdeEquations equations;
    private readonly OdeModelOptions options;
    private readonly FormulaOperation[][] initial;
    private Integrated? last;

    /// <exception cref="FormulaException">An initial value cannot be read.</exception>
    /// <exception cref="ArgumentException">Names do not belong together, or there is no parameter.</exception>
    public OdeModel(OdeEquations equations, OdeModelOptions options, ModelText? text)
    {
        this.equations = equations;
        this.options = options;
        Text = text;
        options.Integration.Check();
        if (options.Initial.Keys.FirstOrDefault(name => !equations.States.Contains(name)) is { } unknown)
        {
            throw new ArgumentException(
                $"'{unknown}' in the initial values is no state; the states are "
                + $"{string.Join(", ", equations.States)}.");
        }

        Expression[] expressions = [.. equations.States.Select(InitialOf)];
        ParameterNames =
        [
            .. equations.Parameters.Concat(expressions.SelectMany(each => each.Names())
                .Where(name => !Formula.IsConstant(name))).Distinct(),
        ];
        if (ParameterNames.FirstOrDefault(equations.States.Contains) is { } state)
        {
            throw new ArgumentException($"An initial value holds the state '{state}': it may hold parameters alone.");
        }

        if (ParameterNames.Count == 0)
        {
            throw new ArgumentException("The equations have no parameters to fit.");
        }

        initial = [.. expressions.Select(each => FormulaOperation.Compile(each, [], ParameterNames))];
    }

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<string> InputNames => [options.Time];

    public override int Outputs => equations.Outputs;

    internal override ModelText? Text { get; }

    private double StartTime => options.StartTime ?? 0.0;

    public override void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        double[] times = inputs.ToColumnMajorArray(), theta = parameters.ToArray();
        Integrated found = Integrate(times, theta);
        int samples = times.Length, n = equations.States.Count, p = theta.Length, rows = samples * Outputs;
        double[] columns = new double[samples * (1 + n)];
        times.CopyTo(columns, 0);
        for (int i = 0; i < samples; i++)
        {
            for (int k = 0; k < n; k++)
            {
                columns[(1 + k) * samples + i] = found.Solution.States[found.Place[i], k];
            }
        }

        double[] ofObserved = jacobian.IsEmpty ? [] : new double[rows * (p + n)];
        equations.Observe(columns, samples, ParameterNames, theta, values, ofObserved);
        for (int j = 0; j < p && !jacobian.IsEmpty; j++)
        {
            for (int row = 0; row < rows; row++)
            {
                Matrix<double> sensitivity = found.Solution.Sensitivities[found.Place[row % samples]];
                double sum = ofObserved[j * rows + row];
                for (int k = 0; k < n; k++)
                {
                    sum += ofObserved[(p + k) * rows + row] * sensitivity[k, j];
                }

                jacobian[j * rows + row] = sum;
            }
        }
    }

    private Expression InitialOf(string state)
    {
        string text = options.Initial.GetValueOrDefault(state, $"`{state}0`");
        return FormulaParser.Parse(text, 0, text.Length);
    }

    /// <summary>
    /// The solution at the samples' times. The last one is kept: values and derivatives at the same θ are of one
    /// integration, so that they belong together to the last digit.
    /// </summary>
    private Integrated Integrate(double[] times, double[] theta)
    {
        if (last is { } kept && kept.Theta.AsSpan().SequenceEqual(theta) && kept.Times.AsSpan().SequenceEqual(times))
        {
            return kept;
        }

        double[] distinct = [.. times.Distinct().Order()];
        if (distinct.Length > 0 && !(distinct[0] >= StartTime))
        {
            throw new ArgumentException(
                $"A sample is at {options.Time} = {distinct[0]:G6}, before the initial values at {StartTime:G6}: set "
                + "another start time.");
        }

        int n = equations.States.Count, p = theta.Length;
        double[] state = new double[n];
        Matrix<double> sensitivity = Matrix<double>.Build.Dense(n, p);
        for (int i = 0; i < n; i++)
        {
            var point = new PointDerivative(initial[i], p);
            state[i] = point.Value([], theta);
            sensitivity.SetRow(i, point.Differentiate([], theta));
        }

        bool isFinite = state.All(double.IsFinite) && sensitivity.Enumerate().All(double.IsFinite);
        OdeSolution solution = isFinite
            ? OdeSolver.Solve(
                equations.At(ParameterNames, theta), StartTime, Vector<double>.Build.Dense(state), distinct,
                options.Integration, sensitivity)
            : NotFinite(distinct, n, p);
        var found = new Integrated(
            times, theta, [.. times.Select(time => Array.BinarySearch(distinct, time))], solution);
        last = found;
        return found;
    }

    private static OdeSolution NotFinite(double[] times, int states, int parameters) => new(
        times,
        Matrix<double>.Build.Dense(times.Length, states, double.NaN),
        [.. times.Select(_ => Matrix<double>.Build.Dense(states, parameters, double.NaN))],
        0,
        0,
        double.NaN,
        "An initial value is not a finite number.");

    /// <summary>A solution, and the place of each sample's time in it.</summary>
    private sealed record Integrated(double[] Times, double[] Theta, int[] Place, OdeSolution Solution);
}
