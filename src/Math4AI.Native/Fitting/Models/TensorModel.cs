using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Models;

/// <summary>
/// A model from a function of tensors. Each parameter is a tensor with one element for every sample, all equal: then
/// one sweep back from the sum of an output gives every sample's derivatives, since no sample's output depends on
/// another's copy.
/// </summary>
internal sealed class TensorModel(
    IReadOnlyList<string> inputs,
    IReadOnlyList<string> parameters,
    Func<TensorColumns, TensorColumns, Tensor> function,
    int outputs) : Model
{
    public override IReadOnlyList<string> ParameterNames => parameters;

    public override IReadOnlyList<string> InputNames => inputs;

    public override int Outputs => outputs;

    public override void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        int samples = inputs.RowCount;
        using DisposeScope scope = NewDisposeScope();
        bool isDerived = !jacobian.IsEmpty;
        using IDisposable mode = isDerived ? enable_grad() : no_grad();
        Tensor columns = from_array(inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray())
            .reshape(inputs.ColumnCount, samples);
        Tensor[] theta =
        [
            .. parameters.ToArray().Select(value => HeldScalar.With(
                value, held => full(samples, held, dtype: float64, requires_grad: isDerived))),
        ];
        Tensor output = ByOutput(
            function(
                new TensorColumns(
                    InputNames, [.. Enumerable.Range(0, inputs.ColumnCount).Select(column => columns[column])]),
                new TensorColumns(ParameterNames, theta)),
            samples);
        output.detach().contiguous().data<double>().CopyTo(values);
        for (int k = 0; k < Outputs && isDerived; k++)
        {
            CopyDerivatives(output[k], theta, samples, k, jacobian, keepsGraph: k < Outputs - 1);
        }
    }

    public override bool HasInputJacobian => true;

    public override void InputJacobian(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        int samples = inputs.RowCount;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = enable_grad();
        double[] all = inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray();
        Tensor[] columns =
        [
            .. Enumerable.Range(0, inputs.ColumnCount).Select(
                column => tensor(all.AsSpan(column * samples, samples).ToArray(), dtype: float64, requires_grad: true)),
        ];
        Tensor[] theta = [.. parameters.ToArray().Select(
            value => HeldScalar.With(value, held => full(samples, held, dtype: float64)))];
        Tensor output = ByOutput(
            function(new TensorColumns(InputNames, columns), new TensorColumns(ParameterNames, theta)), samples);
        output.detach().contiguous().data<double>().CopyTo(values);
        for (int k = 0; k < Outputs; k++)
        {
            CopyDerivatives(output[k], columns, samples, k, jacobian, keepsGraph: k < Outputs - 1);
        }
    }

    /// <summary>Outputs × samples.</summary>
    private Tensor ByOutput(Tensor result, int samples)
    {
        if (Outputs == 1)
        {
            return result.reshape(-1).expand(samples).reshape(1, samples);
        }

        return result.dim() == 2 && result.shape[0] == samples && result.shape[1] == Outputs
            ? result.transpose(0, 1)
            : throw new ArgumentException(
                $"The function gives a tensor of the shape ({string.Join(", ", result.shape)}) for "
                + $"{FitText.Count(samples, "sample")}; "
                + $"({samples}, {Outputs}) is needed.");
    }

    private void CopyDerivatives(
        Tensor output, Tensor[] theta, int samples, int k, Span<double> jacobian, bool keepsGraph)
    {
        if (!output.requires_grad)
        {
            for (int j = 0; j < theta.Length; j++)
            {
                jacobian.Slice((j * Outputs + k) * samples, samples).Clear();
            }

            return;
        }

        IList<Tensor> gradients = autograd.grad([output.sum()], theta, allow_unused: true, retain_graph: keepsGraph);
        for (int j = 0; j < gradients.Count; j++)
        {
            Span<double> column = jacobian.Slice((j * Outputs + k) * samples, samples);
            if (gradients[j] is { IsInvalid: false } gradient)
            {
                gradient.contiguous().data<double>().CopyTo(column);
            }
            else
            {
                column.Clear();
            }
        }
    }
}
