export { softmax } from '../../reference/01-attention-fundamentals/softmax';
