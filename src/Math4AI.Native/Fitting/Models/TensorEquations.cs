using Math4AI.Calculus.DifferentialEquations;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Models;

/// <summary>Differential equations as a function of tensors, with the derivatives of autograd.</summary>
internal sealed class TensorEquations(
    IReadOnlyList<string> states,
    IReadOnlyList<string> parameters,
    Func<Tensor, TensorColumns, TensorColumns, Tensor> slope,
    Func<Tensor, TensorColumns, TensorColumns, Tensor>? observe,
    int outputs) : OdeEquations
{
    public override IReadOnlyList<string> States => states;

    public override IReadOnlyList<string> Parameters => parameters;

    public override int Outputs => outputs;

    public override OdeSystem At(IReadOnlyList<string> names, double[] theta) =>
        new TensorSystem(states, names, slope, theta);

    public override void Observe(
        double[] columns, int samples, IReadOnlyList<string> names, double[] theta, Span<double> values,
        Span<double> jacobian)
    {
        Func<Tensor, TensorColumns, TensorColumns, Tensor> function =
            observe ?? ((_, y, _) => stack([.. Enumerable.Range(0, states.Count).Select(k => y[k])], 1));

        // As a model of tensors whose parameters have a number for each sample: θ, and behind it the states.
        var model = new TensorModel(
            ["t", .. states],
            [.. names, .. states.Select((_, k) => $"state {k}")],
            (x, p) => function(
                x[0],
                new TensorColumns(states, [.. states.Select((_, k) => x[1 + k] + p[names.Count + k])]),
                new TensorColumns(names, [.. names.Select((_, j) => p[j])])),
            outputs);
        model.Evaluate(
            MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(samples, 1 + states.Count, columns),
            [.. theta, .. new double[states.Count]],
            values,
            jacobian);
    }

    private sealed class TensorSystem(
        IReadOnlyList<string> states,
        IReadOnlyList<string> names,
        Func<Tensor, TensorColumns, TensorColumns, Tensor> slope,
        double[] theta) : OdeSystem
    {
        public override int States => states.Count;

        public override int Parameters => theta.Length;

        public override void Slope(double time, ReadOnlySpan<double> state, Span<double> target)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable mode = no_grad();
            At(time, Scalars(state, false), Scalars(theta, false)).contiguous().data<double>().CopyTo(target);
        }

        public override void Linearize(
            double time, ReadOnlySpan<double> state, Span<double> target, Span<double> byState,
            Span<double> byParameter)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable mode = enable_grad();
            int n = states.Count;
            Tensor[] y = Scalars(state, true), p = Scalars(theta, !byParameter.IsEmpty);
            Tensor found = At(time, y, p);
            found.detach().contiguous().data<double>().CopyTo(target);
            byState.Clear();
            byParameter.Clear();
            Tensor[] wanted = byParameter.IsEmpty ? y : [.. y, .. p];
            for (int i = 0; i < n && found.requires_grad; i++)
            {
                IList<Tensor> gradients =
                    autograd.grad([found[i]], wanted, allow_unused: true, retain_graph: i < n - 1);
                for (int j = 0; j < wanted.Length; j++)
                {
                    double derivative = gradients[j] is { IsInvalid: false } gradient ? gradient.item<double>() : 0.0;
                    if (j < n)
                    {
                        byState[j * n + i] = derivative;
                    }
                    else
                    {
                        byParameter[(j - n) * n + i] = derivative;
                    }
                }
            }
        }

        private static Tensor[] Scalars(ReadOnlySpan<double> values, bool isDerived) =>
            [.. values.ToArray().Select(value => tensor(value, dtype: float64, requires_grad: isDerived))];

        private Tensor At(double time, Tensor[] y, Tensor[] p)
        {
            Tensor found =
                slope(tensor(time, dtype: float64), new TensorColumns(states, y), new TensorColumns(names, p));
            return found.dim() == 1 && found.shape[0] == states.Count
                ? found
                : throw new ArgumentException(
                    $"The function gives a tensor of the shape ({string.Join(", ", found.shape)}) for {states.Count} "
                    + "states; stack one number a state.");
        }
    }
}
