using System.Globalization;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Uncertainty;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>A function g(θ) of the parameters of a fit, such as a half-life, with its uncertainty.</summary>
public sealed class DerivedQuantity
{
    private readonly FitResult fit;
    private readonly FormulaOperation[] operations;
    private readonly Lazy<double> error;

    private DerivedQuantity(
        FitResult fit, IReadOnlyList<string> names, string name, string text, Expression expression)
    {
        this.fit = fit;
        Name = name;
        Text = text;
        operations = FormulaOperation.Compile(expression, [], names);
        Value = At(fit.Parameters);

        // A posterior's quantity asks for none, and its fit need not have a covariance.
        error = new Lazy<double>(() =>
        {
            Vector<double> gradient = Vector<double>.Build.Dense(Point.Differentiate([], [.. fit.Parameters]));
            return Math.Sqrt(gradient * fit.Covariance * gradient);
        });
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the expression of parameters.</summary>
    public string Text { get; }

    /// <summary>Gets g(θ*).</summary>
    public double Value { get; }

    /// <summary>
    /// Gets the standard error by the delta method, √(∂g/∂θ V ∂g/∂θᵀ) with the covariance V.
    /// </summary>
    public double StandardError => error.Value;

    private PointDerivative Point => new(operations, fit.Names.Count);

    /// <summary>Returns g(θ).</summary>
    /// <param name="parameters">θ, all parameters of the fit.</param>
    public double At(Vector<double> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Point.Value([], [.. parameters]);
    }

    /// <summary>Returns Wald's confidence interval, the value ± a multiple of the standard error.</summary>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public Interval Interval(double level = 0.95)
    {
        double half = fit.Quantile(level) * StandardError;
        return new Interval(Value - half, Value + half);
    }

    /// <summary>
    /// Returns the confidence interval by profile likelihood: all values of g at which the best fit costs no more than
    /// the level allows.
    /// </summary>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="NotSupportedException">
    /// The distance stands for no smooth likelihood, or single samples' derivatives are not known.
    /// </exception>
    public Interval ProfileInterval(double level = 0.95, CancellationToken cancellation = default) =>
        DerivedProfile.Interval(fit, Point, Value, StandardError, fit.ProfileQuantile(level), cancellation);

    /// <summary>Returns the name, the value and its standard error.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name} = {Value:G6} ± {StandardError:G2}");

    /// <summary>The quantities of definitions with ; between them.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="definitions">The definitions.</param>
    /// <param name="names">What the parameters of the fit are called there.</param>
    /// <exception cref="FormulaException">A definition cannot be read.</exception>
    /// <exception cref="ArgumentException">One names what is no parameter.</exception>
    internal static IReadOnlyList<DerivedQuantity> Of(
        FitResult fit, string definitions, IReadOnlyList<string> names)
    {
        var found = new List<DerivedQuantity>();
        int start = 0;
        foreach (string part in definitions.Split(';'))
        {
            if (part.Trim().Length > 0)
            {
                found.Add(One(fit, names, definitions, start, start + part.Length));
            }

            start += part.Length + 1;
        }

        return found;
    }

    private static DerivedQuantity One(
        FitResult fit, IReadOnlyList<string> names, string definitions, int start, int end)
    {
        int sign = definitions.IndexOf('=', start, end - start);
        if (sign <= start)
        {
            throw new FormulaException("A derived quantity is written name = expression.", definitions, start);
        }

        Expression expression = FormulaParser.Parse(definitions, sign + 1, end);
        string? unknown =
            expression.Names().FirstOrDefault(name => !names.Contains(name) && !Formula.IsConstant(name));
        return unknown is null
            ? new DerivedQuantity(
                fit, names, definitions[start..sign].Trim(), definitions[(sign + 1)..end].Trim(), expression)
            : throw new ArgumentException(
                $"'{unknown}' in '{definitions[start..end].Trim()}' is no parameter; the parameters are "
                + $"{string.Join(", ", names.Where(name => !name.Contains('[')))}.");
    }
}
