using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Formulas;
using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Models;

/// <summary>
/// A model y = f(x, θ): one number, or several, for every sample x, from parameters θ, with exact derivatives. A model
/// of your own derives from this class and implements its names and <c>Evaluate</c>.
/// </summary>
public abstract class Model
{
    /// <summary>Computes the derivatives of a cost with respect to the outputs of the model.</summary>
    /// <param name="values">f, samples × outputs, one output after the other.</param>
    /// <param name="slopes">Receives ∂C/∂f, in the same order.</param>
    public delegate void OutputSlopes(ReadOnlySpan<double> values, Span<double> slopes);

    /// <summary>Gets the names of the parameters θ, in order.</summary>
    public abstract IReadOnlyList<string> ParameterNames { get; }

    /// <summary>Gets the names of the columns of x, in order.</summary>
    public abstract IReadOnlyList<string> InputNames { get; }

    /// <summary>
    /// Gets the text that <see cref="FromFormula(string, IReadOnlyList{string})"/> makes this model of; null, the
    /// default, where
    /// there is none. What holds a model is saved with it.
    /// </summary>
    public virtual string? FormulaText => null;

    /// <summary>Gets the number of outputs for each sample. The default is 1.</summary>
    public virtual int Outputs => 1;

    /// <summary>
    /// Gets the parameters that a fit starts from, in the order of <see cref="ParameterNames"/>; null, the default,
    /// where the model has none.
    /// </summary>
    public virtual Vector<double>? Start => null;

    /// <summary>
    /// Gets whether <see cref="Evaluate(Matrix{double}, ReadOnlySpan{double}, Span{double}, Span{double})"/> computes
    /// the Jacobian. A model that returns false overrides <see cref="Gradient"/>. The default is true.
    /// </summary>
    public virtual bool HasJacobian => true;

    /// <summary>
    /// Gets whether <see cref="Gradient"/> is cheaper than a Jacobian and its product, as where every sample depends on
    /// few of many parameters. The default is false.
    /// </summary>
    public virtual bool PrefersGradient => false;

    /// <summary>Gets whether several threads may evaluate the model at once. The default is true.</summary>
    public virtual bool IsParallel => true;

    /// <summary>
    /// Gets the relative rounding error of the outputs, and of the parameters that they are computed from: 2⁻⁵² for
    /// float64, the default, and 2⁻²³ for float32.
    /// </summary>
    public virtual double Epsilon => Math.BitIncrement(1.0) - 1.0;

    /// <summary>The formulas of the outputs; empty where the model has none.</summary>
    internal virtual IReadOnlyList<Expression> Expressions => [];

    /// <summary>
    /// Returns the model of a formula, such as <c>b1*(1-exp(-b2*x))</c>; several formulas, with ; between them, give
    /// several outputs.
    /// </summary>
    /// <param name="formula">The formula; what stands left of <c>~</c> is not used here.</param>
    /// <param name="inputs">The names of the columns of x; every other name is a parameter.</param>
    /// <exception cref="FormulaException">The formula cannot be read.</exception>
    /// <exception cref="ArgumentException">It holds no parameter.</exception>
    public static Model FromFormula(string formula, params IReadOnlyList<string> inputs) =>
        FromFormula(Formula.Parse(formula), inputs);

    /// <summary>Returns the model of a formula.</summary>
    /// <param name="formula">The formula; its response is not used here.</param>
    /// <param name="inputs">The names of the columns of x; every other name is a parameter.</param>
    /// <exception cref="ArgumentException">It holds no parameter.</exception>
    public static Model FromFormula(Formula formula, IReadOnlyList<string> inputs)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(inputs);
        return new FormulaModel(formula, inputs);
    }

    /// <summary>Returns the model of a function of tensors.</summary>
    /// <param name="inputs">The names of the columns of x.</param>
    /// <param name="parameters">The names of θ.</param>
    /// <param name="function">
    /// f of columns of x and of parameters, each a tensor of float64: one number a sample, or samples × outputs, such
    /// as <c>torch.stack([…], 1)</c>. What it gives for a sample may depend on that sample alone.
    /// </param>
    /// <param name="outputs">The number of outputs per sample.</param>
    public static Model Of(
        IReadOnlyList<string> inputs,
        IReadOnlyList<string> parameters,
        Func<TensorColumns, TensorColumns, Tensor> function,
        int outputs = 1)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(function);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        return new TensorModel(inputs, parameters, function, outputs);
    }

    /// <summary>
    /// Returns the model of differential equations: their solution is integrated at every θ, with its sensitivities.
    /// </summary>
    /// <param name="equations">
    /// The equations, such as <c>dA = -k1*A; dB = k1*A - k2*B</c>; also <c>dA/dt = …</c> or <c>A' = …</c>. Names that
    /// are
    /// neither states nor the time are parameters.
    /// </param>
    /// <param name="observed">
    /// What is observed, functions of states, time and parameters such as <c>s*B</c>, with ; between them; what stands
    /// left of <c>~</c> is not used here.
    /// </param>
    /// <param name="options">Initial values, time and integration; null for the defaults.</param>
    /// <exception cref="FormulaException">An equation or formula cannot be read.</exception>
    /// <exception cref="ArgumentException">Names do not belong together.</exception>
    public static Model FromOde(string equations, string observed, OdeModelOptions? options = null) =>
        FromOde(equations, Formula.Parse(observed), options);

    /// <inheritdoc cref="FromOde(string, string, OdeModelOptions)"/>
    public static Model FromOde(string equations, Formula observed, OdeModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(equations);
        ArgumentNullException.ThrowIfNull(observed);
        options ??= new OdeModelOptions();
        return new OdeModel(
            new FormulaEquations(equations, observed, options.Time), options,
            new ModelText(observed.Text, equations, options));
    }

    /// <summary>Returns the model of differential equations as a function of tensors.</summary>
    /// <param name="states">The names of the states y.</param>
    /// <param name="parameters">The names of θ; initial values A0, B0 of states A, B are added to them.</param>
    /// <param name="slope">dy/dt of t, y and θ, numbers without a dimension: a tensor of one number for each
    /// state.</param>
    /// <param name="observed">
    /// What is observed of t, y and θ, tensors of one number for each sample: one number a sample, or samples ×
    /// outputs;
    /// null for all states.
    /// </param>
    /// <param name="outputs">The number of outputs; null for 1, or for the states if all are observed.</param>
    /// <param name="options">Initial values, time and integration; null for the defaults.</param>
    /// <exception cref="ArgumentException">Names do not belong together.</exception>
    public static Model OfOde(
        IReadOnlyList<string> states,
        IReadOnlyList<string> parameters,
        Func<Tensor, TensorColumns, TensorColumns, Tensor> slope,
        Func<Tensor, TensorColumns, TensorColumns, Tensor>? observed = null,
        int? outputs = null,
        OdeModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(slope);
        int count = outputs ?? (observed is null ? states.Count : 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new OdeModel(
            new TensorEquations(states, parameters, slope, observed, count), options ?? new OdeModelOptions(), null);
    }

    /// <summary>
    /// Returns the model of a TorchSharp module, whose parameters are θ: a fit leaves them at θ*. It takes samples ×
    /// inputs and gives samples × outputs.
    /// </summary>
    /// <param name="module">The module; in float64 where the digits of a fit count.</param>
    /// <param name="inputs">The names of the columns of x.</param>
    /// <param name="outputs">The number of outputs per sample.</param>
    /// <exception cref="ArgumentException">It has no parameters.</exception>
    public static Model Of(nn.Module<Tensor, Tensor> module, IReadOnlyList<string> inputs, int outputs = 1)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        return new ModuleModel(module, inputs, outputs);
    }

    /// <summary>Returns f of every sample, for a model with one output.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together, or there are several outputs.</exception>
    public Vector<double> Evaluate(Matrix<double> inputs, Vector<double> parameters) =>
        Outputs == 1
            ? EvaluateAll(inputs, parameters).Column(0)
            : throw new ArgumentException($"The model gives {Outputs} numbers for a sample: evaluate all of them.");

    /// <summary>Returns f of every sample, samples × outputs.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together.</exception>
    public Matrix<double> EvaluateAll(Matrix<double> inputs, Vector<double> parameters)
    {
        Check(inputs, parameters);
        double[] values = new double[checked(inputs.RowCount * Outputs)];
        Evaluate(inputs, parameters.ToArray(), values, []);
        return Matrix<double>.Build.Dense(inputs.RowCount, Outputs, values);
    }

    /// <summary>Returns ∂f/∂θ of every sample, samples × parameters; of several outputs one below the other.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together.</exception>
    public Matrix<double> Jacobian(Matrix<double> inputs, Vector<double> parameters)
    {
        Check(inputs, parameters);
        int rows = checked(inputs.RowCount * Outputs);
        double[] jacobian = new double[checked(rows * ParameterNames.Count)];
        Evaluate(inputs, parameters.ToArray(), new double[rows], jacobian);
        return Matrix<double>.Build.Dense(rows, ParameterNames.Count, jacobian);
    }

    /// <summary>
    /// Returns a sentence that names the first row where f or ∂f/∂θ is not a finite number, and what it is of; null if
    /// all are.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together.</exception>
    public string? ExplainNonFinite(Matrix<double> inputs, Vector<double> parameters)
    {
        Check(inputs, parameters);
        double[] theta = parameters.ToArray();
        double[] values = new double[checked(inputs.RowCount * Outputs)];
        double[] jacobian = HasJacobian ? new double[checked(values.Length * theta.Length)] : [];
        Evaluate(inputs, theta, values, jacobian);
        for (int i = 0; i < values.Length; i++)
        {
            int bad = jacobian.Length == 0 ? -1
                : Enumerable.Range(0, theta.Length).FirstOrDefault(
                    j => !double.IsFinite(jacobian[j * values.Length + i]), -1);
            if (!double.IsFinite(values[i]) || bad >= 0)
            {
                double[] row = [.. inputs.Row(i % inputs.RowCount)];
                string what = WhatIsNotFinite(row, theta, i / inputs.RowCount)
                    ?? (double.IsFinite(values[i])
                        ? $"derivative of the model by {ParameterNames[bad]}"
                        : "value of the model");
                string at = string.Join(", ", InputNames.Zip(
                    row, (name, x) => string.Create(CultureInfo.InvariantCulture, $"{name} = {x:G6}")));
                return $"In row {i % inputs.RowCount + 1}{(at.Length > 0 ? $" ({at})" : string.Empty)}, the {what} is "
                    + "not finite.";
            }
        }

        return null;
    }

    /// <summary>The text that it was made of; null if it was made of something else.</summary>
    internal virtual ModelText? Text => null;

    /// <summary>Returns the formula, or the names of inputs and parameters.</summary>
    public override string ToString() =>
        FormulaText
        ?? $"a function of {ColumnNames.List(InputNames)} with the parameters {ColumnNames.List(ParameterNames)}";

    /// <summary>The part of the model that is not finite for a sample; null if only the whole is known.</summary>
    private protected virtual string? WhatIsNotFinite(double[] row, double[] parameters, int output) => null;

    /// <summary>Computes f and, if requested, ∂f/∂θ.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="values">Receives f, samples × outputs, one output after the other.</param>
    /// <param name="jacobian">
    /// Receives ∂f/∂θ, (samples · outputs) × parameters, one parameter after the other; empty if it is not requested.
    /// </param>
    public abstract void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian);

    /// <summary>
    /// Gets whether <see cref="InputJacobian"/> is known, as errors of the inputs need. The default is false.
    /// </summary>
    public virtual bool HasInputJacobian => false;

    /// <summary>Computes f and ∂f/∂x. The default throws.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="values">Receives f, samples × outputs, one output after the other.</param>
    /// <param name="jacobian">Receives ∂f/∂x, (samples · outputs) × inputs, one input after the other.</param>
    /// <exception cref="NotSupportedException">The model has no such derivatives.</exception>
    public virtual void InputJacobian(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian) =>
        throw new NotSupportedException(
            $"The model does not override {nameof(InputJacobian)}: its derivatives by x are not known.");

    /// <summary>Computes the gradient of a cost of the outputs, Σ ∂C/∂f ∂f/∂θ. The default uses the Jacobian.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="slopes">Computes ∂C/∂f from f.</param>
    /// <param name="gradient">Receives one number for each parameter.</param>
    public virtual void Gradient(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, OutputSlopes slopes, Span<double> gradient)
    {
        int rows = inputs.RowCount * Outputs;
        double[] values = new double[rows], ofValues = new double[rows],
            jacobian = new double[checked(rows * ParameterNames.Count)];
        Evaluate(inputs, parameters, values, jacobian);
        slopes(values, ofValues);
        for (int j = 0; j < gradient.Length; j++)
        {
            gradient[j] = System.Numerics.Tensors.TensorPrimitives.Dot<double>(
                jacobian.AsSpan(j * rows, rows), ofValues);
        }
    }

    /// <summary>
    /// Stores the parameters that a fit ends with. A model whose parameters live elsewhere, such as in a module, writes
    /// them there. The default does nothing.
    /// </summary>
    /// <param name="parameters">θ.</param>
    public virtual void Leave(Vector<double> parameters)
    {
    }

    private void Check(Matrix<double> inputs, Vector<double> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(parameters);
        if (inputs.ColumnCount != InputNames.Count || parameters.Count != ParameterNames.Count)
        {
            throw new ArgumentException(
                $"The model takes {FitText.Count(InputNames.Count, "input")} and "
                + $"{FitText.Count(ParameterNames.Count, "parameter")}; there are "
                + $"{inputs.ColumnCount} and {parameters.Count}.");
        }
    }
}
