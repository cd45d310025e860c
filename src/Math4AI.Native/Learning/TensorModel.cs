using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>
/// A model from a function of tensors. Each parameter is a tensor with one element for every sample, all equal: then one sweep
/// back from the sum of the outputs gives every sample's derivatives, since no sample's output depends on another's copy.
/// </summary>
internal sealed class TensorModel(
    IReadOnlyList<string> inputs, IReadOnlyList<string> parameters, Func<TensorColumns, TensorColumns, Tensor> function) : Model
{
    public override IReadOnlyList<string> ParameterNames => parameters;

    public override IReadOnlyList<string> InputNames => inputs;

    internal override void Evaluate(
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
            .. parameters.ToArray().Select(value => full(samples, value, dtype: float64, requires_grad: isDerived)),
        ];
        Tensor output = function(
            new TensorColumns(InputNames, [.. Enumerable.Range(0, inputs.ColumnCount).Select(column => columns[column])]),
            new TensorColumns(ParameterNames, theta)).expand(samples);
        output.detach().contiguous().data<double>().CopyTo(values);
        if (!isDerived)
        {
            return;
        }

        IList<Tensor> gradients = autograd.grad([output.sum()], theta, allow_unused: true);
        for (int j = 0; j < gradients.Count; j++)
        {
            Span<double> column = jacobian.Slice(j * samples, samples);
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
