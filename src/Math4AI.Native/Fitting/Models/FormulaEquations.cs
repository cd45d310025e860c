using Math4AI.Calculus.DifferentialEquations;
using Math4AI.Fitting.Formulas;

namespace Math4AI.Fitting.Models;

/// <summary>Differential equations in text, <c>dA = -k1*A; dB = k1*A - k2*B</c>, with exact derivatives.</summary>
internal sealed class FormulaEquations : OdeEquations
{
    private readonly string time;
    private readonly List<(string State, Expression Slope)> slopes = [];
    private readonly Formula observed;

    /// <exception cref="FormulaException">An equation cannot be read.</exception>
    public FormulaEquations(string equations, Formula observed, string time)
    {
        this.time = time;
        this.observed = observed;
        int start = 0;
        foreach (string part in equations.Split(';'))
        {
            if (part.Trim().Length > 0)
            {
                Add(equations, start, start + part.Length);
            }

            start += part.Length + 1;
        }

        States = [.. slopes.Select(equation => equation.State)];
        Parameters =
        [
            .. slopes.Select(equation => equation.Slope).Concat(observed.Outputs).SelectMany(each => each.Names())
                .Where(name => name != time && !States.Contains(name) && !Formula.IsConstant(name)).Distinct(),
        ];
        if (States.Contains(time) || States.Count == 0)
        {
            throw new FormulaException(
                States.Count == 0 ? "There is no equation, such as dA = -k*A." : $"'{time}' is the time, and no state.",
                equations, 0);
        }
    }

    public override IReadOnlyList<string> States { get; }

    public override IReadOnlyList<string> Parameters { get; }

    public override int Outputs => observed.Outputs.Count;

    public override OdeSystem At(IReadOnlyList<string> names, double[] theta) =>
        new FormulaSystem(
            [.. slopes.Select(equation => FormulaOperation.Compile(equation.Slope, [time], [.. States, .. names]))],
            theta);

    public override void Observe(
        double[] columns, int samples, IReadOnlyList<string> names, double[] theta, Span<double> values,
        Span<double> jacobian)
    {
        string[] inputs = [time, .. States];
        string[] parameters = [.. names, .. States];
        double[] all = [.. theta, .. new double[States.Count]];
        FormulaModel.EvaluateEach(
            [.. observed.Outputs.Select(output => new FormulaKernel(output, inputs, parameters))],
            columns,
            samples,
            all,
            values,
            jacobian,
            parameters.Length,
            0);
    }

    /// <summary>Adds dA = …, dA/dt = … or A' = ….</summary>
    private void Add(string text, int start, int end)
    {
        int sign = text.IndexOf('=', start, end - start);
        string left = sign < 0
            ? string.Empty
            : string.Concat(text[start..sign].Where(letter => !char.IsWhiteSpace(letter)));
        left = left.EndsWith($"/d{time}", StringComparison.Ordinal) ? left[..^(time.Length + 2)] : left;
        string state = left.EndsWith('\'') ? left[..^1] : left.StartsWith('d') ? left[1..] : string.Empty;
        bool isName = state.Length > 0 && (char.IsLetter(state[0]) || state[0] == '_')
            && state.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '.');
        if (!isName || Formula.IsConstant(state))
        {
            throw new FormulaException(
                "An equation is written dA = …, dA/dt = … or A' = …, with the name A of a state.", text, start);
        }

        if (slopes.Any(equation => equation.State == state))
        {
            throw new FormulaException($"There are two equations for '{state}'.", text, start);
        }

        slopes.Add((state, FormulaParser.Parse(text, sign + 1, end)));
    }

    /// <summary>The equations at some θ.</summary>
    private sealed class FormulaSystem : OdeSystem
    {
        private readonly PointDerivative[] slopes;
        private readonly double[] all;
        private readonly double[] row = new double[1];
        private readonly int parameters;

        public FormulaSystem(FormulaOperation[][] operations, double[] theta)
        {
            all = [.. new double[operations.Length], .. theta];
            parameters = theta.Length;
            slopes = [.. operations.Select(each => new PointDerivative(each, all.Length))];
        }

        public override int States => slopes.Length;

        public override int Parameters => parameters;

        public override void Slope(double time, ReadOnlySpan<double> state, Span<double> slope)
        {
            row[0] = time;
            state.CopyTo(all);
            for (int i = 0; i < slopes.Length; i++)
            {
                slope[i] = slopes[i].Value(row, all);
            }
        }

        public override void Linearize(
            double time, ReadOnlySpan<double> state, Span<double> slope, Span<double> byState, Span<double> byParameter)
        {
            Slope(time, state, slope);
            int n = slopes.Length;
            for (int i = 0; i < n; i++)
            {
                double[] gradient = slopes[i].Differentiate(row, all);
                for (int j = 0; j < n; j++)
                {
                    byState[j * n + i] = gradient[j];
                }

                for (int j = 0; j < parameters && !byParameter.IsEmpty; j++)
                {
                    byParameter[j * n + i] = gradient[n + j];
                }
            }
        }
    }
}
